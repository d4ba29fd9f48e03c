// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import org.HdrHistogram.Histogram;

/** Honest clients: so many a second by the clock, each connects, gets one byte back for one, and closes. */
final class Connects {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int TIMEOUT_MILLIS = 15_000;

    private final EventLoopGroup group;
    private final SocketAddress server;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /** Of connect, in microseconds. Written on one event loop. */
    private final Histogram micros = new Histogram(3);

    private ScheduledFuture<?> clock;

    Connects(EventLoopGroup group, SocketAddress server) {
        this.group = group;
        this.server = server;
    }

    void start(int perSecond) {
        long period = NANOS_PER_SECOND / perSecond;
        clock = group.next().scheduleAtFixedRate(this::connect, period, period, TimeUnit.NANOSECONDS);
    }

    private void connect() {
        long began = System.nanoTime();
        begun.incrementAndGet();
        new Bootstrap()
                .group(group)
                .channel(Transports.socketChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(new OneByte());
                    }
                })
                .connect(server)
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        micros.recordValue((System.nanoTime() - began) / 1000);
                    } else {
                        failed.incrementAndGet();
                    }
                });
    }

    /** No more; those that have begun may go on. */
    void stop() {
        clock.cancel(false);
    }

    /** Waits until all that have begun have ended, or the last of them has timed out. */
    void await() throws InterruptedException {
        long latest = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L + NANOS_PER_SECOND;
        while (served.get() + failed.get() < begun.get() && System.nanoTime() < latest) {
            Thread.sleep(20);
        }
    }

    int begun() {
        return begun.get();
    }

    /** {@return how many got their byte} */
    int served() {
        return served.get();
    }

    double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
    }

    private final class OneByte extends ChannelInboundHandlerAdapter {

        private boolean answered;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {FloodServer.ECHO}));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            io.netty.util.ReferenceCountUtil.release(message);
            if (!answered) {
                answered = true;
                served.incrementAndGet();
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
