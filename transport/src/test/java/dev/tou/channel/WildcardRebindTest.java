// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.InetSocketAddress;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A wildcard is bound where connections live on that an earlier listener has accepted, of the wildcard or of one address of it. As
 * in a kernel whose servers set SO_REUSEADDR, they are in nobody's way; another listener is.
 */
class WildcardRebindTest {

    private static final int TUNNEL_PORT = 9899;

    private static InetSocketAddress all(String wildcard) {
        return new InetSocketAddress(wildcard, SimPair.PORT);
    }

    private static Channel bind(SimPair pair, InetSocketAddress address) {
        return pair.simulation.await(pair.server().bind(address)).channel();
    }

    private static SocketChannel connect(SimPair pair, int address) {
        InetSocketAddress server =
                new InetSocketAddress(pair.serverHost.addresses().get(address), SimPair.PORT);
        int child = pair.accepted.size();
        SocketChannel client = (SocketChannel) pair.simulation
                .await(pair.client(new Recorder()).connect(server))
                .channel();
        pair.simulation.expect("accept", () -> pair.accepted.size() > child, SimPair.seconds(1));
        return client;
    }

    private static void works(SimPair pair, SocketChannel client, int child) {
        Recorder server = pair.accepted.get(child);
        client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
        pair.simulation.expect("text", () -> server.receivedBytes() == 1000, SimPair.seconds(1));
    }

    private static void isRefused(SimPair pair, InetSocketAddress address) {
        ChannelFuture bind = pair.server().bind(address);
        pair.simulation.expect("failure", bind::isDone, SimPair.seconds(1));
        assertThat(bind.cause()).isInstanceOf(BindException.class).hasMessageContaining("Address already in use");
    }

    private static void endsWithNothingLeft(SimPair pair) {
        pair.accepted.forEach(child -> child.channel().close());
        pair.simulation.advance(SimPair.seconds(130));
        assertThat(pair.servers.resources().shards()).isEmpty();
    }

    /** One address drains, whose listener has closed: the wildcard has it, too, and the old connection goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void besideAnAddressThatDrains(String wildcard) {
        try (SimPair pair = new SimPair()) {
            Channel one = bind(pair, pair.serverHost.address(SimPair.PORT));
            SocketChannel old = connect(pair, 0);
            pair.simulation.await(one.close());

            Channel whole = bind(pair, all(wildcard));

            works(pair, old, 0);
            works(pair, connect(pair, 0), 1);
            works(pair, connect(pair, 1), 2);
            pair.simulation.await(whole.close());
            endsWithNothingLeft(pair);
        }
    }

    /** The same with a kernel's rules of who may be bound beside whom, and of who gets a datagram. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void onRealSockets(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel one = Sockets.listen(sockets.server(), "127.0.0.1");
            InetSocketAddress address = (InetSocketAddress) one.localAddress();
            Channel old = Sockets.channel(sockets.client(new Recorder()).connect(address));
            Recorder oldChild = sockets.nextChild();
            Sockets.done(one.close());

            Sockets.channel(sockets.server().bind(new InetSocketAddress("0.0.0.0", address.getPort())));

            Channel next = Sockets.channel(sockets.client(new Recorder()).connect(address));
            Sockets.done(next.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000))));
            sockets.nextChild().awaitBytes(1000);
            Sockets.done(old.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000))));
            oldChild.awaitBytes(1000);
            Throwable inUse = Sockets.failure(sockets.server().bind(address));
            assertThat(inUse).isInstanceOf(BindException.class).hasMessageContaining("Address already in use");
        }
    }

    /** The wildcard drains, and so does the address that was taken out of it meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void whatWasTakenOutOfOneThatDrainsComesBack(String wildcard) {
        try (SimPair pair = new SimPair()) {
            Channel first = bind(pair, all(wildcard));
            SocketChannel old = connect(pair, 0);
            SocketChannel other = connect(pair, 1);
            pair.simulation.await(first.close());
            Channel one = bind(pair, pair.serverHost.address(SimPair.PORT));
            pair.simulation.await(one.close());

            Channel second = bind(pair, all(wildcard));

            works(pair, old, 0);
            works(pair, other, 1);
            works(pair, connect(pair, 0), 2);
            works(pair, connect(pair, 1), 3);
            pair.simulation.await(second.close());
            endsWithNothingLeft(pair);
        }
    }

    /** The address that was taken out of the wildcard has ended before the wildcard is bound again: it gets a new UDP channel. */
    @Test
    void whatWasTakenOutAndEndedIsOpenedAgain() {
        try (SimPair pair = new SimPair()) {
            Channel first = bind(pair, all("0.0.0.0"));
            SocketChannel other = connect(pair, 1);
            pair.simulation.await(first.close());
            pair.simulation.await(
                    bind(pair, pair.serverHost.address(SimPair.PORT)).close());
            assertThat(hasUdpChannel(pair, 0)).isFalse();

            Channel second = bind(pair, all("0.0.0.0"));

            pair.simulation.advance(SimPair.ms(1));
            assertThat(hasUdpChannel(pair, 0)).isTrue();
            works(pair, other, 0);
            works(pair, connect(pair, 0), 1);
            pair.simulation.await(second.close());
            endsWithNothingLeft(pair);
        }
    }

    /** An address that has come up since is the catch-all's; its connections go on when the wildcard is bound again. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void whatTheCatchAllServesItKeeps(String wildcard) {
        try (SimPair pair = new SimPair()) {
            Channel first = bind(pair, all(wildcard));
            pair.network.addPreferredAddress(pair.serverHost, "10.0.0.4");
            SocketChannel old = connect(pair, 0);
            pair.simulation.await(first.close());

            Channel second = bind(pair, all(wildcard));

            pair.simulation.advance(SimPair.ms(1));
            works(pair, old, 0);
            works(pair, connect(pair, 0), 1);
            assertThat(hasUdpChannel(pair, 0)).isFalse();
            pair.simulation.await(second.close());
            endsWithNothingLeft(pair);
        }
    }

    /** The same when one more listener comes behind the same tunnel. */
    @Test
    void whatTheCatchAllServesItKeepsBehindATunnel() {
        try (SimPair pair = new SimPair()) {
            ServerBootstrap server = pair.server().option(TouChannelOption.UDP_ENCAPS_PORT, TUNNEL_PORT);
            Channel first = pair.simulation.await(server.bind(all("0.0.0.0"))).channel();
            pair.network.addPreferredAddress(pair.serverHost, "10.0.0.4");
            Bootstrap client = pair.client(new Recorder()).option(TouChannelOption.UDP_ENCAPS_PORT, TUNNEL_PORT);
            SocketChannel old = pair.connect(client);
            pair.child();

            Channel second = pair.simulation
                    .await(server.clone().bind("0.0.0.0", SimPair.PORT + 1))
                    .channel();

            pair.simulation.advance(SimPair.ms(1));
            works(pair, old, 0);
            pair.simulation.await(first.close());
            pair.simulation.await(second.close());
            endsWithNothingLeft(pair);
        }
    }

    private static boolean hasUdpChannel(SimPair pair, int address) {
        return pair.servers.resources().shards().stream()
                .anyMatch(shard -> shard.localAddress()
                        .getAddress()
                        .equals(pair.serverHost.addresses().get(address)));
    }

    /** Beside a listener on one address there is none on all, whether or not the wildcard still drains. */
    @Test
    void anAddressThatIsListenedOnIsInTheWay() {
        try (SimPair pair = new SimPair()) {
            Channel first = bind(pair, all("0.0.0.0"));
            connect(pair, 0);
            SocketChannel other = connect(pair, 1);
            pair.simulation.await(first.close());
            Channel one = bind(pair, pair.serverHost.address(SimPair.PORT));
            isRefused(pair, all("0.0.0.0"));
            works(pair, other, 1);
            works(pair, connect(pair, 0), 2);
            other.close();
            pair.accepted.get(1).channel().close();
            pair.simulation.advance(SimPair.seconds(130));
            isRefused(pair, all("0.0.0.0"));
            pair.simulation.await(one.close());
            Channel second = bind(pair, all("0.0.0.0"));
            works(pair, connect(pair, 1), 3);
            pair.simulation.await(second.close());
            endsWithNothingLeft(pair);
        }
    }

    /** What a wildcard could not bind leaves nothing behind, and what it had touched as it was. */
    @Test
    void oneThatCannotBeBoundLeavesTheOthersAlone() {
        try (SimPair pair = new SimPair()) {
            Channel one = bind(pair, pair.serverHost.address(SimPair.PORT));
            InetSocketAddress next =
                    new InetSocketAddress(pair.serverHost.addresses().get(1), SimPair.PORT);
            Channel two = bind(pair, next);
            SocketChannel old = connect(pair, 0);
            pair.simulation.await(one.close());
            isRefused(pair, all("0.0.0.0"));
            works(pair, old, 0);
            assertThat(pair.servers.resources().shards()).hasSize(2);
            pair.simulation.await(two.close());
            endsWithNothingLeft(pair);
        }
    }
}
