// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** While a socket lets others be bound beside it, another event loop must not be quick enough to do so, too. */
class SharedPortTest {

    /** Does something in the moment in which a UDP channel has been bound, and may still share its port. */
    @ChannelHandler.Sharable
    private static final class AtBind extends ChannelOutboundHandlerAdapter {
        private final Runnable what;

        AtBind(Runnable what) {
            this.what = what;
        }

        @Override
        public void bind(ChannelHandlerContext ctx, SocketAddress local, ChannelPromise promise) {
            ctx.bind(local, promise);
            if (promise.isSuccess()) {
                what.run();
            }
        }
    }

    private static Bootstrap clientOn(EventLoopGroup loops) {
        return new Bootstrap().group(loops).channel(TouSocketChannel.class).handler(new Recorder());
    }

    private static void await(BooleanSupplier what) {
        for (int i = 0; i < 6000; i++) {
            if (what.getAsBoolean()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new AssertionError("neither has it ended nor does it wait");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void besideOneThatDrainsThereIsRoomForOneOfTwoThatComeAtOnce(String io) throws Exception {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel[] servers = new Channel[3];
            for (int i = 0; i < servers.length; i++) {
                servers[i] = Sockets.listen(sockets.server(), "127.0.0.1");
            }
            Channel first = Sockets.channel(
                    clientOn(sockets.newGroup(1)).connect(servers[0].localAddress(), Sockets.any("127.0.0.1")));
            SocketAddress port = first.localAddress();
            Sockets.done(first.close());
            EventLoopGroup another = sockets.newGroup(1);
            // Known before, not asked for meanwhile: Netty answers that on the loop if its thread has only just begun,
            // and the loop waits.
            Thread thread = Sockets.done(another.submit(Thread::currentThread)).getNow();
            Bootstrap onAnother = clientOn(another);
            CompletableFuture<ChannelFuture> third = new CompletableFuture<>();
            AtBind meanwhile = new AtBind(() -> {
                third.complete(onAnother.connect(servers[2].localAddress(), port));
                await(() -> third.join().isDone() || thread.getState() == Thread.State.BLOCKED);
            });

            Channel second = Sockets.channel(clientOn(sockets.newGroup(1))
                    .option(TouChannelOption.UDP_PIPELINE, udp -> udp.addFirst(meanwhile))
                    .connect(servers[1].localAddress(), port));

            assertThat(second.localAddress()).isEqualTo(port);
            assertThat(Sockets.failure(third.get(60, TimeUnit.SECONDS)))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("Address already in use");
        }
    }
}
