// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

/** A process that opens a channel, waits for a line, ends its loops, waits for another, and ends. */
public final class Published {

    private Published() {}

    public static void main(String[] arguments) throws Exception {
        say("begin");
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        new ServerBootstrap()
                .group(group)
                .channel(TouServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind("127.0.0.1", 0)
                .sync();
        say(expect(Boolean.parseBoolean(arguments[0])) ? "open" : "not as expected");
        group.shutdownGracefully(1, 5_000, TimeUnit.MILLISECONDS).sync();
        say(expect(false) ? "closed" : "still there");
    }

    private static void say(String word) {
        System.out.println(word);
    }

    /** Waits until it is so; where nothing is to come, for a moment. */
    private static boolean expect(boolean there) throws InterruptedException {
        for (int i = 0; i < 1200; i++) {
            if (isAll(there) && (there || i > 5)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return false;
    }

    /** The bean and the property that points to it. */
    private static boolean isAll(boolean there) {
        return isThere() == there && System.getProperties().containsKey(Publication.MARK) == there;
    }

    private static boolean isThere() {
        try {
            return Names.any();
        } catch (LinkageError noManagement) {
            return false;
        }
    }

    /** Apart, as what it asks may not exist. */
    private static final class Names {

        static boolean any() {
            try {
                return !java.lang.management.ManagementFactory.getPlatformMBeanServer()
                        .queryNames(new javax.management.ObjectName("dev.tou:type=Transport,*"), null)
                        .isEmpty();
            } catch (javax.management.MalformedObjectNameException e) {
                throw new AssertionError(e);
            }
        }
    }
}
