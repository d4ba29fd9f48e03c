// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.tou.bench.Transports;
import dev.tou.bench.Units;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;

/**
 * What the relay carries: a program with figures, not a test.
 *
 * <p>Arguments: {@code nio|epoll} bytes-per-datagram mbit-per-second seconds profile. The sender uses UDP GSO in bursts of
 * ten where it can, as the transport does.
 */
final class RelayThroughput {

    private static final int BURST = 10;
    private static final int WARM_UP_SECONDS = 3;

    public static void main(String[] args) throws InterruptedException {
        Transports.Io io = Transports.Io.valueOf(args[0].toUpperCase(java.util.Locale.ROOT));
        int bytes = Integer.parseInt(args[1]);
        long bitsPerSecond = Long.parseLong(args[2]) * 1_000_000;
        int seconds = Integer.parseInt(args[3]);
        EventLoopGroup group = Transports.group(io, 1, "ends");
        long[] arrived = new long[1];
        Bootstrap ends = new Bootstrap()
                .group(group)
                .channel(Transports.datagramChannel(io))
                .option(ChannelOption.SO_RCVBUF, 4 << 20)
                .option(ChannelOption.SO_SNDBUF, 4 << 20);
        if (io == Transports.Io.EPOLL) {
            ends.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 2048);
            ends.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048 * 32));
        }
        Channel sink = ends.handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                        arrived[0]++;
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        ImpairmentProfile profile = ImpairmentProfile.parse(args[4]);
        try (UdpRelay relay = UdpRelay.start(
                io,
                new InetSocketAddress("127.0.0.1", 0),
                (InetSocketAddress) sink.localAddress(),
                profile,
                profile,
                1)) {
            Channel source = ends.handler(new ChannelInboundHandlerAdapter())
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
            send(source, relay.address(), io, bytes, bitsPerSecond, WARM_UP_SECONDS);
            TimeUnit.SECONDS.sleep(1);
            RelayStatistics.Direction before = relay.statistics().toServer();
            long arrivedBefore = arrived[0];
            long sent = send(source, relay.address(), io, bytes, bitsPerSecond, seconds);
            TimeUnit.SECONDS.sleep(1);
            RelayStatistics.Direction after = relay.statistics().toServer();
            System.out.printf(
                    "%s, %d bytes: offered %s, relay read %.2f %% of it, passed on %s, sink got %.2f %% of that%n",
                    io,
                    bytes,
                    Units.bitsPerSecond(sent * bytes * 8.0 / seconds),
                    100.0 * (after.entered() - before.entered()) / sent,
                    Units.bitsPerSecond((after.leftBytes() - before.leftBytes()) * 8.0 / seconds),
                    100.0 * (arrived[0] - arrivedBefore) / (after.left() - before.left()));
        }
        Transports.shutdown(group);
    }

    private static long send(
            Channel source, InetSocketAddress to, Transports.Io io, int bytes, long bitsPerSecond, int seconds) {
        long gapNanos = BURST * bytes * 8L * 1_000_000_000L / bitsPerSecond;
        long begin = System.nanoTime();
        long sent = 0;
        for (long next = begin; next < begin + seconds * 1_000_000_000L; next += gapNanos) {
            LockSupport.parkNanos(next - System.nanoTime());
            if (io == Transports.Io.EPOLL) {
                source.writeAndFlush(new SegmentedDatagramPacket(
                        source.alloc().directBuffer(BURST * bytes).writeZero(BURST * bytes), bytes, to));
            } else {
                for (int i = 0; i < BURST; i++) {
                    source.write(new DatagramPacket(
                            source.alloc().directBuffer(bytes).writeZero(bytes), to));
                }
                source.flush();
            }
            sent += BURST;
        }
        return sent;
    }
}
