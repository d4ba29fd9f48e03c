// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.tou.connection.MemoryBudget;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;

import static org.assertj.core.api.Assertions.assertThat;

/** Two simulated hosts with stock bootstraps: a client, a server, and what its children are told. */
final class SimPair implements AutoCloseable {

    static final int PORT = 7;

    final SimulatedNetwork network;
    final SimHost clientHost;
    final SimHost serverHost;
    final Simulation simulation;
    final SimChannels clients;
    final SimChannels servers;
    final List<Recorder> accepted = new ArrayList<>();
    private final List<Channel> listeners = new ArrayList<>();
    private Consumer<Recorder> acceptedSetUp = recorder -> {};

    SimPair(long seed, LinkProfile profile, boolean segmented) {
        this(seed, profile, segmented, new MemoryBudget(Long.MAX_VALUE), new MemoryBudget(Long.MAX_VALUE));
    }

    /** A pair whose connections may hold so much in buffers. */
    SimPair(LinkProfile profile, MemoryBudget clientMemory, MemoryBudget serverMemory) {
        this(1, profile, true, clientMemory, serverMemory);
    }

    SimPair(long seed, LinkProfile profile, boolean segmented, MemoryBudget clientMemory, MemoryBudget serverMemory) {
        network = new SimulatedNetwork(seed);
        clientHost = network.addHost("client", "10.0.0.1", "2001:db8::1");
        serverHost = network.addHost("server", "10.0.0.2", "10.0.0.3", "2001:db8::2");
        network.link(clientHost, serverHost, profile);
        simulation = new Simulation(network);
        clients = new SimChannels(clientHost, seed, segmented, clientMemory);
        servers = new SimChannels(serverHost, seed, segmented, serverMemory);
    }

    SimPair(LinkProfile profile) {
        this(1, profile, true);
    }

    SimPair() {
        this(LinkProfile.IDEAL.delay(ms(10)));
    }

    /** A pair whose hosts and link carry packets of this size. */
    static SimPair withMtu(LinkProfile profile, int mtu) {
        SimPair pair = new SimPair(profile.mtu(mtu));
        pair.clientHost.mtu(mtu);
        pair.serverHost.mtu(mtu);
        return pair;
    }

    static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** Prepares the recorder of every child to come, before it is registered. */
    SimPair onAccept(Consumer<Recorder> setUp) {
        acceptedSetUp = setUp;
        return this;
    }

    ServerBootstrap server() {
        return servers.server().childHandler(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel ch) {
                Recorder recorder = new Recorder();
                acceptedSetUp.accept(recorder);
                accepted.add(recorder);
                ch.pipeline().addLast(recorder);
            }
        });
    }

    Channel listen() {
        return listen(server());
    }

    Channel listen(ServerBootstrap server) {
        Channel listener =
                simulation.await(server.bind(serverHost.address(PORT))).channel();
        listeners.add(listener);
        return listener;
    }

    /** {@return the first channel that listened} */
    Channel listener() {
        return listeners.get(0);
    }

    Bootstrap client(Recorder recorder) {
        return clients.client().handler(recorder);
    }

    SocketChannel connect(Bootstrap client) {
        return (SocketChannel)
                simulation.await(client.connect(serverHost.address(PORT))).channel();
    }

    SocketChannel connect(Recorder recorder) {
        return connect(client(recorder));
    }

    /** {@return the recorder of the only child, once there is one} */
    Recorder child() {
        simulation.expect(
                "accept", () -> !accepted.isEmpty() && accepted.get(0).events().contains("active"), seconds(10));
        return accepted.get(0);
    }

    /** {@return one of the client's UDP channels, for who knows that there is one} */
    Shard clientShard() {
        return clients.resources().shards().iterator().next();
    }

    /**
     * Lets all end that can end, TIME-WAIT too, and checks that nothing is left on either host; the server keeps its sockets
     * as long as it listens.
     */
    void expectNothingLeft() {
        simulation.advance(seconds(130));
        assertThat(clients.resources().memory().bytes()).as("client memory").isZero();
        assertThat(servers.resources().memory().bytes()).as("server memory").isZero();
        assertThat(clients.resources().shards()).as("client sockets").isEmpty();
        if (!listeners.isEmpty() && listeners.stream().noneMatch(Channel::isOpen)) {
            assertThat(servers.resources().shards()).as("server sockets").isEmpty();
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
