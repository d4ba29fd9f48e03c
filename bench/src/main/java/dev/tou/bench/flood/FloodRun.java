// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

import dev.tou.bench.Transports;
import dev.tou.channel.SynCookieMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;

/** One run: a server, a transfer and connects, while the generator floods the server, or a port where nobody reads. */
final class FloodRun {

    /** What is flooded. */
    enum Target {
        /** A UDP socket that nobody reads: what the generator alone costs the others. */
        SINK,
        /** The server's port. */
        SERVER
    }

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BITS_PER_BYTE = 8;
    private static final double MEGA = 1e6;

    /** Compiles what will be measured, and lets the windows grow. */
    private static final int WARM_UP_MILLIS = 3_000;

    private final FloodCommand.Settings settings;
    private final Target target;
    private final SynCookieMode cookies;
    private volatile long received;

    FloodRun(FloodCommand.Settings settings, Target target, SynCookieMode cookies) {
        this.settings = settings;
        this.target = target;
        this.cookies = cookies;
    }

    FloodResult measure() throws InterruptedException, IOException {
        EventLoopGroup servers = Transports.group(settings.io(), 1, "server");
        EventLoopGroup clients = Transports.group(settings.io(), 1, "clients");
        double bytesPerSecond = settings.mbit() * MEGA / BITS_PER_BYTE;
        FloodServer server = new FloodServer(servers, cookies, bytesPerSecond);
        try (DatagramChannel sink = sink()) {
            Channel transfer = transfer(clients, server, bytesPerSecond);
            Connects warmUp = new Connects(clients, server.address());
            warmUp.start(settings.connectsPerSecond());
            Thread.sleep(WARM_UP_MILLIS);
            warmUp.stop();
            InetSocketAddress where =
                    target == Target.SINK ? (InetSocketAddress) sink.getLocalAddress() : server.address();
            return flooded(
                    server,
                    new Connects(clients, server.address()),
                    new SynGenerator(where, server.address().getPort(), settings.addresses(), settings.perSecond()),
                    transfer);
        } finally {
            Transports.shutdown(clients);
            Transports.shutdown(servers, server.channel());
        }
    }

    private FloodResult flooded(FloodServer server, Connects connects, SynGenerator generator, Channel transfer)
            throws InterruptedException, IOException {
        long before = heapAfterCollection();
        long moved;
        long nanos;
        try (generator) {
            generator.start();
            // The first moment is that of the compiler and of the queue that fills.
            Thread.sleep(500);
            connects.start(settings.connectsPerSecond());
            long began = System.nanoTime();
            long movedBefore = moved(server);
            Thread.sleep(settings.seconds() * 1000L);
            moved = moved(server) - movedBefore;
            nanos = System.nanoTime() - began;
            connects.stop();
            connects.await();
        }
        long after = heapAfterCollection();
        return new FloodResult(
                target,
                cookies,
                settings.download(),
                generator.rate(),
                connects.begun(),
                connects.served(),
                connects.millisAt(50),
                connects.millisAt(99),
                connects.millisAt(100),
                moved * BITS_PER_BYTE / MEGA / (nanos / NANOS_PER_SECOND),
                transfer.isActive(),
                before,
                after);
    }

    private long moved(FloodServer server) {
        return settings.download() ? received : server.taken();
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static DatagramChannel sink() throws IOException {
        DatagramChannel sink = DatagramChannel.open(StandardProtocolFamily.INET);
        sink.setOption(StandardSocketOptions.SO_RCVBUF, 1);
        return sink.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private Channel transfer(EventLoopGroup clients, FloodServer server, double bytesPerSecond)
            throws InterruptedException {
        Channel channel = new Bootstrap()
                .group(clients)
                .channel(Transports.socketChannel())
                .handler(new Counter())
                .connect(server.address())
                .sync()
                .channel();
        byte kind = settings.download() ? FloodServer.SEND : FloodServer.TAKE;
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {kind})).sync();
        if (!settings.download()) {
            channel.eventLoop().execute(() -> new PacedSender(channel, bytesPerSecond).start());
        }
        return channel;
    }

    private final class Counter extends ChannelInboundHandlerAdapter {

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // One event loop writes it.
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            received += bytes.readableBytes();
            bytes.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
