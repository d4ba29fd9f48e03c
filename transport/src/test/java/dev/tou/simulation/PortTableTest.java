// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static dev.tou.simulation.TwoHosts.ms;
import static org.assertj.core.api.Assertions.assertThat;

/** The bind and delivery rules of Linux, as a user of a bootstrap meets them. Host b is 10.0.0.2 and 10.0.0.3. */
class PortTableTest {
    private final TwoHosts net = new TwoHosts();

    @AfterEach
    void close() {
        net.close();
    }

    private UdpUser bind(String address) {
        return UdpUser.bind(net.simulation, net.b, new InetSocketAddress(address, 53));
    }

    /** Binds 10.0.0.2:53 or the like with options, and returns the outcome. */
    private <T> ChannelFuture tryBind(String address, ChannelOption<T> option, T value) {
        ChannelFuture future = UdpUser.bootstrap(net.b, net.b.newDatagramChannel())
                .option(option, value)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(new InetSocketAddress(address, 53));
        net.simulation.expect("bind", future::isDone, ms(1));
        return future;
    }

    private ChannelFuture tryBind(String address) {
        return tryBind(address, ChannelOption.SO_REUSEADDR, false);
    }

    @Test
    void portInUseIsRefused() {
        bind("10.0.0.2");
        assertThat(tryBind("10.0.0.2").cause()).isInstanceOf(BindException.class);
        assertThat(tryBind("0.0.0.0").cause()).isInstanceOf(BindException.class);
        assertThat(tryBind("::").cause()).isInstanceOf(BindException.class);
        assertThat(tryBind("10.0.0.3").isSuccess()).isTrue();
    }

    @Test
    void foreignAddressIsRefused() {
        assertThat(tryBind("10.0.0.1").cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("Cannot assign");
    }

    @Test
    void reuseAddressNeedsBothSockets() {
        UdpUser first = bind("0.0.0.0");
        assertThat(tryBind("10.0.0.2", ChannelOption.SO_REUSEADDR, true).cause())
                .isInstanceOf(BindException.class);
        first.channel.config().setReuseAddress(true);
        assertThat(tryBind("10.0.0.2").cause()).isInstanceOf(BindException.class);
        assertThat(tryBind("10.0.0.2", ChannelOption.SO_REUSEADDR, true).isSuccess())
                .isTrue();
    }

    @Test
    void mostSpecificSocketWins() {
        UdpUser wildcard = bind("0.0.0.0");
        wildcard.channel.config().setReuseAddress(true);
        SimDatagramChannel exactChannel = net.b.newDatagramChannel();
        exactChannel.config().setReuseAddress(true);
        UdpUser peer = UdpUser.bind(net.simulation, net.a, net.a.address(1000));
        UdpUser stranger = UdpUser.bind(net.simulation, net.a, net.a.address(1001));
        ChannelFuture bound = UdpUser.bootstrap(net.b, exactChannel)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(new InetSocketAddress("10.0.0.2", 53));
        net.simulation.await(bound);
        InetSocketAddress exact = new InetSocketAddress("10.0.0.2", 53);
        peer.send(exact, "to the exact one");
        peer.send(new InetSocketAddress("10.0.0.3", 53), "to the wildcard");
        net.simulation.runUntilIdle();
        assertThat(wildcard.texts).containsExactly("to the wildcard");

        // Connected beats bound, but for its own peer only.
        net.simulation.await(wildcard.channel.connect(net.a.address(1000)));
        assertThat(wildcard.channel.isConnected()).isTrue();
        peer.send(new InetSocketAddress("10.0.0.2", 53), "to the connected one");
        stranger.send(new InetSocketAddress("10.0.0.2", 53), "to the exact one");
        net.simulation.runUntilIdle();
        assertThat(wildcard.texts).containsExactly("to the wildcard", "to the connected one");
    }

    @Test
    void reusePortSharesByFourTuple() {
        bindReusePort();
        bindReusePort();
        assertThat(tryBind("10.0.0.2").cause()).isInstanceOf(BindException.class);
        for (int i = 0; i < 200; i++) {
            net.a.newRawPeer(2000 + i).send(new InetSocketAddress("10.0.0.2", 53), new byte[1]);
        }
        net.simulation.runUntilIdle();
        assertThat(shares[0].datagrams).isBetween(60L, 140L);
        assertThat(shares[0].datagrams + shares[1].datagrams).isEqualTo(200);
    }

    private final UdpUser[] shares = new UdpUser[2];
    private int bound;

    private void bindReusePort() {
        shares[bound++] = UdpUser.bind(
                net.simulation, net.b, new InetSocketAddress("10.0.0.2", 53), UnixChannelOption.SO_REUSEPORT);
    }

    @Test
    void ephemeralPortsAreFreeAndDifferent() {
        UdpUser one = UdpUser.bind(net.simulation, net.b, net.b.address(0));
        UdpUser two = UdpUser.bind(net.simulation, net.b, net.b.address(0));
        assertThat(one.channel.localAddress().getPort()).isBetween(32768, 60999);
        assertThat(two.channel.localAddress().getPort())
                .isBetween(32768, 60999)
                .isNotEqualTo(one.channel.localAddress().getPort());
    }

    @Test
    void dualStackWildcardHearsIpv4AndIpv4SocketsDoNotHearIpv6() {
        UdpUser dual = bind("::");
        UdpUser sender = UdpUser.bind(net.simulation, net.a, net.a.address(0));
        sender.send(new InetSocketAddress("10.0.0.2", 53), "four");
        net.simulation.runUntilIdle();
        assertThat(dual.texts).containsExactly("four");

        SimDatagramChannel four = net.b.newDatagramChannel(SocketProtocolFamily.INET);
        ChannelFuture future = UdpUser.bootstrap(net.b, four)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(new InetSocketAddress("2001:db8::2", 53));
        net.simulation.expect("bind", future::isDone, ms(1));
        assertThat(future.cause()).isInstanceOf(SocketException.class);
    }
}
