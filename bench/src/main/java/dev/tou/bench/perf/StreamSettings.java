// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;
import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.CongestionControllers;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;

/** What the flags of a test set on the connections of its streams, over tou and over the kernel's TCP. */
final class StreamSettings {

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 << 10, 1 << 20);

    private static final Map<String, CongestionControllerFactory> CONTROLLERS = Map.of(
            "cubic", CongestionControllers.CUBIC,
            "reno", CongestionControllers.NEW_RENO,
            "newreno", CongestionControllers.NEW_RENO);

    /** From {@code linux/in.h} and {@code linux/tcp.h}; epoll has no names of its own for these. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_MAXSEG = 2;
    private static final int TCP_CONGESTION = 13;
    private static final int NAME_BYTES = 16;
    private static final RawUnixChannelOption CONGESTION =
            new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, NAME_BYTES);
    private static final ChannelOption<Integer> MAXSEG =
            new IntegerUnixChannelOption("TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG);

    /** IP, UDP and TCP headers without options around the text of a segment. */
    private static final int IPV4_HEADERS = 20 + 8 + 20;

    private static final int IPV6_HEADERS = 40 + 8 + 20;

    private StreamSettings() {}

    /**
     * Sets what the plan asks for, before connect or when a server has learnt what an accepted connection is for.
     *
     * @throws Failure if the channel cannot do that
     */
    static void apply(Channel channel, TestPlan plan) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        if (plan.windowBytes() > 0) {
            channel.config().setOption(ChannelOption.SO_SNDBUF, plan.windowBytes());
            channel.config().setOption(ChannelOption.SO_RCVBUF, plan.windowBytes());
        }
        if (plan.congestion() != null) {
            congestion(channel, plan.congestion());
        }
    }

    private static void congestion(Channel channel, String name) {
        if (channel instanceof TouSocketChannel) {
            CongestionControllerFactory factory = CONTROLLERS.get(name);
            if (factory == null) {
                throw new Failure(
                        ExitCode.USAGE, "-C: tou has no congestion control \"" + name + "\"; it has cubic and reno.");
            }
            channel.config().setOption(TouChannelOption.CONGESTION_CONTROLLER, factory);
            return;
        }
        if (!(channel instanceof EpollSocketChannel)) {
            throw new Failure(ExitCode.USAGE, "-C needs event loops of epoll for the kernel's TCP; leave out --io.");
        }
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer value = ByteBuffer.allocateDirect(NAME_BYTES).put(bytes);
        value.clear();
        try {
            channel.config().setOption(CONGESTION, value);
        } catch (ChannelException e) {
            throw new Failure(
                    ExitCode.USAGE,
                    "-C: the kernel has no congestion control \"" + name
                            + "\"; see net.ipv4.tcp_available_congestion_control.",
                    e);
        }
    }

    /**
     * Holds the text of a segment that {@code channel} sends to {@code mss} bytes; before connect.
     *
     * @throws Failure if the channel cannot do that
     */
    static void maximumSegment(Channel channel, int mss, InetAddress peer) {
        if (channel instanceof TouSocketChannel) {
            channel.config().setOption(TouChannelOption.PATH_MTU_DISCOVERY, false);
            channel.config().setOption(TouChannelOption.PATH_MTU, pathMtu(mss, peer));
        } else if (channel instanceof EpollSocketChannel) {
            channel.config().setOption(MAXSEG, mss);
        } else {
            throw new Failure(ExitCode.USAGE, "-M needs event loops of epoll for the kernel's TCP; leave out --io.");
        }
    }

    /** The same for what a listener will accept; the kernel's TCP can do it on epoll only. */
    static void maximumSegment(
            ServerBootstrap bootstrap, Carrier carrier, Transports.Io io, int mss, InetAddress address) {
        if (carrier == Carrier.TOU) {
            bootstrap.option(TouChannelOption.PATH_MTU_DISCOVERY, false);
            bootstrap.option(TouChannelOption.PATH_MTU, pathMtu(mss, address));
        } else if (io == Transports.Io.EPOLL) {
            bootstrap.option(MAXSEG, mss);
        }
    }

    /** {@return the largest IP packet with a segment of {@code mss} bytes, options of the segment counted} */
    static int pathMtu(int mss, InetAddress address) {
        return mss + (address instanceof Inet6Address ? IPV6_HEADERS : IPV4_HEADERS);
    }

    /** {@return the name of the congestion control of {@code channel}, or null if that is not known} */
    static String congestionOf(Channel channel) {
        return channel instanceof TouSocketChannel tou && tou.tcpInfo() != null
                ? tou.tcpInfo().congestionControl()
                : null;
    }
}
