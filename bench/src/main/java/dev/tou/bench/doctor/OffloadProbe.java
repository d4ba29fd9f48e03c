// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;

/**
 * Whether the kernel cuts one large send into datagrams (UDP GSO), and puts received ones together again (UDP GRO):
 * three datagrams of a thousand bytes are sent at once, to a socket without GRO and to one with it.
 */
final class OffloadProbe {

    private static final int SEGMENTS = 3;
    private static final int SEGMENT_BYTES = 1000;
    private static final int READ_BYTES = 65_535;

    /** What a busy machine takes; only where the kernel says that it can and does not, somebody waits for so long. */
    private static final long PATIENCE_MILLIS = 5000;

    /** A datagram that came, and the memory that it was read into. */
    private record Arrived(int bytes, int memory) {}

    private OffloadProbe() {}

    static List<Finding> findings() {
        if (!Epoll.isAvailable()) {
            return List.of(
                    Finding.note("udp gso", "Not tried: it needs epoll, which is not available."),
                    Finding.note("udp gro", "Not tried: it needs epoll, which is not available."));
        }
        EventLoopGroup group = Transports.group(Transports.Io.EPOLL, 1, "tou-doctor");
        try {
            boolean cuts = cuts(group);
            return List.of(gso(cuts), gro(cuts && joins(group)));
        } finally {
            Transports.shutdown(group);
        }
    }

    static Finding gso(boolean works) {
        return finding("udp gso", works, "one send makes many datagrams", "a send", "4.18");
    }

    static Finding gro(boolean works) {
        return finding("udp gro", works, "one read returns many datagrams", "a read", "5.0");
    }

    private static Finding finding(String topic, boolean works, String gain, String call, String kernel) {
        return works
                ? Finding.ok(topic, "Works: " + gain + ".", "works", true)
                : Finding.note(
                        topic,
                        "Does not work here, so each datagram is " + call + "; a kernel of " + kernel
                                + " or newer has it.",
                        "works",
                        false);
    }

    private static boolean cuts(EventLoopGroup group) {
        if (!EpollDatagramChannel.isSegmentedDatagramPacketSupported()) {
            return false;
        }
        List<Arrived> arrived = exchange(group, false);
        return arrived.size() == SEGMENTS && arrived.stream().allMatch(one -> one.bytes() == SEGMENT_BYTES);
    }

    /** Datagrams that were read at once are slices of the same memory. */
    private static boolean joins(EventLoopGroup group) {
        List<Arrived> arrived = exchange(group, true);
        return arrived.size() == SEGMENTS
                && arrived.stream().map(Arrived::memory).distinct().count() == 1;
    }

    private static List<Arrived> exchange(EventLoopGroup group, boolean gro) {
        BlockingQueue<Arrived> arrivals = new LinkedBlockingQueue<>();
        Channel receiver = bind(group, gro, arrivals);
        Channel sender = receiver == null ? null : bind(group, false, new LinkedBlockingQueue<>());
        List<Arrived> arrived = new ArrayList<>();
        try {
            if (sender == null) {
                return List.of();
            }
            int bytes = SEGMENTS * SEGMENT_BYTES;
            ByteBuf train = sender.alloc().directBuffer(bytes, bytes).writeZero(bytes);
            sender.writeAndFlush(
                    new SegmentedDatagramPacket(train, SEGMENT_BYTES, (InetSocketAddress) receiver.localAddress()));
            while (arrived.size() < SEGMENTS) {
                Arrived one = arrivals.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (one == null) {
                    return arrived;
                }
                arrived.add(one);
            }
            return arrived;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return arrived;
        } finally {
            close(sender);
            close(receiver);
        }
    }

    private static void close(Channel channel) {
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
    }

    /** {@return a UDP channel on loopback, or null if there can be none with what is asked for} */
    private static Channel bind(EventLoopGroup group, boolean gro, BlockingQueue<Arrived> arrivals) {
        ChannelFuture bound = new Bootstrap()
                .group(group)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf content = ((DatagramPacket) message).content();
                        ByteBuf memory = content.unwrap() == null ? content : content.unwrap();
                        arrivals.add(new Arrived(content.readableBytes(), System.identityHashCode(memory)));
                        content.release();
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            return null;
        }
        try {
            if (gro && !bound.channel().config().setOption(EpollChannelOption.UDP_GRO, true)) {
                close(bound.channel());
                return null;
            }
        } catch (ChannelException e) {
            close(bound.channel());
            return null;
        }
        return bound.channel();
    }
}
