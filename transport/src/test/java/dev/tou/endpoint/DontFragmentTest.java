// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DontFragmentTest {

    private static final ChannelOption<Integer> IPV4 = new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);
    private static final ChannelOption<Integer> IPV6 = new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);
    private static final int PROBE = 3;

    @Test
    void epollSetsDfAndBelievesNoIcmp() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            DatagramChannel ipv4 = open(group.next(), SocketProtocolFamily.INET);
            assertThat(ipv4.config().getOption(IPV4)).isEqualTo(PROBE);
            DatagramChannel both = open(group.next(), SocketProtocolFamily.INET6);
            assertThat(both.config().getOption(IPV4)).isEqualTo(PROBE);
            assertThat(both.config().getOption(IPV6)).isEqualTo(PROBE);
            ipv4.close().syncUninterruptibly();
            both.close().syncUninterruptibly();
        } finally {
            group.shutdownGracefully(1, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
    }

    @Test
    void nioSetsItWhereTheJdkCan() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            DatagramChannel channel = open(group.next(), SocketProtocolFamily.INET);
            boolean can = Runtime.version().feature() >= 19;
            boolean known = channel.config().getOptions().keySet().stream()
                    .anyMatch(option -> option.name().endsWith("IP_DONTFRAGMENT"));
            assertThat(known).isEqualTo(can);
            channel.close().syncUninterruptibly();
        } finally {
            group.shutdownGracefully(1, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
    }

    @Test
    void theInterfaceSaysWhatItCarries() throws Exception {
        DatagramTransport transport = DatagramTransport.ofLoop();
        assertThat(transport.interfaceMtu(InetAddress.getByName("127.0.0.1"))).isGreaterThan(16_000);
        assertThat(transport.interfaceMtu(InetAddress.getByName("127.1.2.3")))
                .as("every loopback address")
                .isGreaterThan(16_000);
        assertThat(transport.interfaceMtu(InetAddress.getByName("192.0.2.1")))
                .as("an address of nobody here")
                .isEqualTo(1500);
        assertThat(transport.interfaceMtu(InetAddress.getByName("0.0.0.0"))).isEqualTo(1500);
    }

    private static DatagramChannel open(EventLoop loop, SocketProtocolFamily family) {
        DatagramChannel channel = DatagramTransport.ofLoop().newChannel(loop, family, 1500);
        loop.register(channel).syncUninterruptibly();
        return channel;
    }
}
