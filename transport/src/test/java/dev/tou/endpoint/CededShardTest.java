// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;

import dev.tou.channel.SimChannels;
import dev.tou.connection.ConnectionOptions;
import dev.tou.pipeline.TransportPipeline;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import dev.tou.state.TcpState;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A wildcard that drains loses the UDP channel of one address to who binds that, whatever happens to the channel meanwhile. */
class CededShardTest {

    private static final int PORT = 7;
    private static final ShardOptions OPTIONS = new ShardOptions(576, 30, 1000, 0, false, udp -> {});

    private final SimulatedNetwork network = new SimulatedNetwork(1);
    private final SimHost clientHost = network.addHost("client", "10.0.0.1");
    private final SimHost serverHost = network.addHost("server", "10.0.0.2", "10.0.0.3");
    private final Simulation simulation = new Simulation(network);
    private SimChannels clients;
    private SimChannels servers;
    private UdpEndpoint wildcard;
    private Listener listener;

    /** Whatever another thread does as soon as the listener is gone, while it says good-bye to those that were kept back. */
    private Runnable meanwhile = () -> {};

    @BeforeEach
    void listen() throws Exception {
        network.link(clientHost, serverHost, LinkProfile.IDEAL.delay(Duration.ofMillis(10)));
        clients = new SimChannels(clientHost, 1, false);
        servers = new SimChannels(serverHost, 1, false);
        wildcard = bind("0.0.0.0");
        listener = listen(wildcard);
    }

    private Listener listen(UdpEndpoint endpoint) throws BindException {
        ListenerOptions limits = new ListenerOptions(10, 10, 10, false, 60, false, remote -> true, false);
        return endpoint.listen(
                PORT, port -> new Listener(port, new ConnectionOptions(), limits, () -> meanwhile.run(), () -> {}));
    }

    @AfterEach
    void close() {
        network.close();
    }

    private UdpEndpoint bind(String address) throws Exception {
        return UdpEndpoint.bind(
                serverHost.eventLoop(),
                servers.transport(),
                TransportPipeline.INSTALLER,
                new InetSocketAddress(address, PORT),
                TunnelPort.NONE,
                OPTIONS);
    }

    private UdpEndpoint bindFirstAddress() {
        try {
            return bind("10.0.0.2");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Channel connecting(int address) {
        return clients.client()
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress(serverHost.addresses().get(address), PORT))
                .channel();
    }

    private Shard firstAddress() {
        InetSocketAddress local = new InetSocketAddress(serverHost.addresses().get(0), PORT);
        return wildcard.shards().stream()
                .filter(shard -> local.equals(shard.localAddress()))
                .findAny()
                .orElseThrow();
    }

    @Test
    void handshakesOfTheListenerThatIsGoneEndAlthoughTheirShardIsCeded() {
        connecting(1);
        simulation.advance(Duration.ofSeconds(1));
        network.addRule(DatagramRule.drop(datagram ->
                datagram.source().getAddress().equals(serverHost.addresses().get(0))));
        connecting(0);
        simulation.advance(Duration.ofMillis(100));
        Shard shard = firstAddress();
        shard.forEachConnection(tcb -> assertThat(tcb.state()).isEqualTo(TcpState.SYN_RECEIVED));
        assertThat(shard.connections().size()).isOne();
        UdpEndpoint[] part = new UdpEndpoint[1];
        meanwhile = () -> part[0] = bindFirstAddress();

        wildcard.unlisten(listener);

        assertThat(part[0].shards()).containsExactly(shard);
        assertThat(shard.connections().size()).isZero();
    }

    private void establishedThere() {
        Channel client = connecting(0);
        simulation.advance(Duration.ofSeconds(1));
        firstAddress().forEachConnection(tcb -> assertThat(tcb.state()).isEqualTo(TcpState.ESTABLISHED));
        assertThat(firstAddress().connections().size()).isOne();
        isAccepted(client);
        wildcard.unlisten(listener);
    }

    /** Nobody else outlives the listener; who says nothing is kept back. */
    private void isAccepted(Channel client) {
        client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
        simulation.advance(Duration.ofSeconds(1));
        assertThat(listener.accept()).isNotNull();
    }

    @Test
    void aShardThatClosesWhileItIsCededLeavesItsNewEndpoint() {
        establishedThere();
        Shard shard = firstAddress();
        UdpEndpoint part = bindFirstAddress();
        assertThat(part.shards()).containsExactly(shard);

        // It had asked for its endpoint just before.
        wildcard.shardClosed(shard);

        assertThat(part.shards()).isEmpty();
    }

    @Test
    void aShardThatIsClosingIsNotCeded() {
        establishedThere();
        Shard shard = firstAddress();
        // The server's socket holds a datagram, so that it will not close before the next turn.
        shard.udp().write(new DatagramPacket(Unpooled.wrappedBuffer(new byte[1]), clientHost.address(1)));
        shard.close();
        assertThat(shard.udp().isOpen()).isTrue();
        try {
            assertThat(bind("10.0.0.2").shards()).doesNotContain(shard);
        } catch (Exception inUse) {
            assertThat(inUse).isInstanceOf(BindException.class);
        }
    }

    /** The wildcard lives on by its other address. */
    private void firstAddressIsTakenOutAndEnds() throws BindException {
        Channel client = connecting(1);
        simulation.advance(Duration.ofSeconds(1));
        isAccepted(client);
        wildcard.unlisten(listener);
        UdpEndpoint part = bindFirstAddress();
        part.unlisten(listen(part));
        simulation.advance(Duration.ofMillis(1));
        assertThat(hasFirstAddress()).isFalse();
    }

    private boolean hasFirstAddress() {
        return wildcard.shards().stream()
                .anyMatch(shard -> shard.localAddress()
                        .getAddress()
                        .equals(serverHost.addresses().get(0)));
    }

    // What the catch-all had answered meanwhile the new channel would not know, and reset.
    @Test
    void whatHasEndedIsOpenAgainBeforeAnybodyListens() throws Exception {
        firstAddressIsTakenOutAndEnds();

        assertThat(bind("0.0.0.0")).isSameAs(wildcard);

        assertThat(hasFirstAddress()).isTrue();
    }

    @Test
    void untilThenNobodyIsAnsweredIfAnotherLoopBinds() throws Exception {
        firstAddressIsTakenOutAndEnds();

        Thread other = new Thread(() -> {
            try {
                listen(bind("0.0.0.0"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        other.start();
        other.join();

        assertThat(hasFirstAddress()).isFalse();
        assertThat(wildcard.listener(PORT)).isNull();
        assertThat(wildcard.isSilent()).isTrue();
        connecting(0);
        simulation.advance(Duration.ofSeconds(2));
        assertThat(hasFirstAddress()).isTrue();
        assertThat(wildcard.listener(PORT)).isNotNull();
        assertThat(wildcard.isSilent()).isFalse();
        firstAddress().forEachConnection(tcb -> assertThat(tcb.state()).isEqualTo(TcpState.ESTABLISHED));
        assertThat(firstAddress().connections().size()).isOne();
    }
}
