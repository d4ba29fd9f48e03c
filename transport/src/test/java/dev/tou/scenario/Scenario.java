// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import dev.tou.channel.SimChannels;
import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendFault;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import dev.tou.simulation.drawing.Drawing;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.TcpInfo;
import dev.tou.telemetry.TransportListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

/**
 * A client and a server on one path, one connection between them, and everything on the wire accounted for. Its clock starts at
 * zero; {@link #ledger} keeps the account, {@link #drop} and {@link #delay} choose segments by what they are.
 */
public final class Scenario implements AutoCloseable {

    private static final int PORT = 4000;
    private static final Duration PATIENCE = Duration.ofHours(10);

    private final SimulatedNetwork network;
    private final SimHost client;
    private final SimHost server;
    private final Simulation simulation;
    private final SimChannels clients;
    private final SimChannels servers;
    private final WireLedger ledger;
    private final Decisions decisions = new Decisions();
    private UnaryOperator<Bootstrap> clientOptions = UnaryOperator.identity();
    private UnaryOperator<ServerBootstrap> serverOptions = UnaryOperator.identity();
    private TouSocketChannel clientChannel;
    private SocketChannel serverChannel;
    private TcpInfo lastClientInfo;
    private Drawing drawing;

    /** Two hosts; what is drawn at random comes from the seed. */
    public Scenario(long seed) {
        network = new SimulatedNetwork(seed).countBuffers();
        client = network.addHost("client", "10.0.0.1");
        server = network.addHost("server", "10.0.0.2");
        simulation = new Simulation(network);
        clients = new SimChannels(client, seed, true);
        servers = new SimChannels(server, seed, true);
        ledger = new WireLedger(client);
        network.onDatagram(ledger);
    }

    /** The path, the same in both directions. */
    public Scenario path(LinkProfile both) {
        return path(both, both);
    }

    /** The path from the client to the server, and back. */
    public Scenario path(LinkProfile up, LinkProfile down) {
        network.link(client, server).change(old -> up);
        network.link(server, client).change(old -> down);
        return this;
    }

    /** Changes both directions at a moment. */
    Scenario pathAt(Duration when, UnaryOperator<LinkProfile> change) {
        network.at(when, () -> {
            network.link(client, server).change(change);
            network.link(server, client).change(change);
        });
        return this;
    }

    /** Lets both hosts' UDP sockets hold so much, which else is 4 MiB; windows are at most half of it. */
    public Scenario udpBuffers(int bytes) {
        client.maxReceiveBufferBytes(bytes);
        server.maxReceiveBufferBytes(bytes);
        clients.transport().socketReceiveBytes(bytes);
        servers.transport().socketReceiveBytes(bytes);
        return this;
    }

    /** Options of the client. */
    public Scenario client(UnaryOperator<Bootstrap> options) {
        clientOptions = options;
        return this;
    }

    /** Options of the server. */
    public Scenario server(UnaryOperator<ServerBootstrap> options) {
        serverOptions = options;
        return this;
    }

    /** Keeps all segments for the assertions. */
    Scenario keepSegments() {
        ledger.keepSegments();
        return this;
    }

    /** Has the client's connection drawn. */
    Scenario drawnBy(Drawing drawing) {
        drawing.watch(network);
        this.drawing = drawing;
        return this;
    }

    // A connection has one listener, and this one is two.
    private TransportListener newListener(ConnectionId connection) {
        if (drawing == null) {
            return decisions;
        }
        TransportListener drawn = drawing.newListener(connection);
        return (TransportListener) Proxy.newProxyInstance(
                TransportListener.class.getClassLoader(),
                new Class<?>[] {TransportListener.class},
                (proxy, method, arguments) -> {
                    method.invoke(drawn, arguments);
                    return method.invoke(decisions, arguments);
                });
    }

    /** Writes a word into the drawing. */
    void mark(String label) {
        if (drawing != null) {
            drawing.mark(label);
        }
    }

    // --- what goes wrong ---

    /** Loses every segment of this kind. */
    Scenario drop(Predicate<Sighting> which) {
        keepSegments();
        network.addRule(DatagramRule.drop(datagram -> which.test(ledger.latest())));
        return this;
    }

    /** Loses the first so many segments of this kind. */
    Scenario dropFirst(int howMany, Predicate<Sighting> which) {
        keepSegments();
        int[] left = {howMany};
        network.addRule(DatagramRule.drop(datagram -> left[0] > 0 && which.test(ledger.latest()) && left[0]-- > 0));
        return this;
    }

    /** Lets segments of this kind be late, so that others overtake them. */
    Scenario delay(Duration by, Predicate<Sighting> which) {
        keepSegments();
        long nanos = by.toNanos();
        network.addRule((now, datagram) -> which.test(ledger.latest()) ? nanos : DatagramRule.PASS);
        return this;
    }

    /** Stops the client's loop from now on for a while, as a garbage collection does. */
    void stallClient(Duration length) {
        mark("sender stalls");
        client.stall(length);
    }

    /** The same, in the worst moment: between a look at the sockets and the timers. */
    void stallClientBeforeItsTimers(Duration length) {
        mark("sender stalls");
        simulation.stallBeforeNextTimer(client, length);
    }

    /** The client's loop is in the middle of something that takes so long; to be called from there. */
    void busyClient(Duration length) {
        client.stall(length.plusNanos(1));
        simulation.advance(length);
    }

    /** Lets the client's socket refuse what it is given. */
    void clientSendFault(SendFault fault) {
        client.sendFault(fault);
    }

    void stallServer(Duration length) {
        mark("receiver stalls");
        server.stall(length);
    }

    Scenario at(Duration when, Runnable what) {
        network.at(when, what);
        return this;
    }

    // --- running ---

    /** Connects; the handlers see everything from the beginning. */
    Scenario open(ChannelHandler atClient, ChannelHandler atServer) {
        ServerBootstrap listening = servers.server()
                .childOption(ChannelOption.ALLOCATOR, network.allocator())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        serverChannel = channel;
                        channel.pipeline().addLast(atServer);
                    }
                });
        simulation.await(serverOptions.apply(listening).bind(server.address(PORT)));
        Bootstrap connecting = clients.client()
                .option(ChannelOption.ALLOCATOR, network.allocator())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .option(TouChannelOption.TRANSPORT_LISTENER, this::newListener)
                .handler(atClient);
        clientChannel = (TouSocketChannel)
                clientOptions.apply(connecting).connect(server.address(PORT)).channel();
        return this;
    }

    /** Sends so much from the client to the server, to the end and until both ends are closed. */
    Transfer transfer(long bytes) {
        Transfer transfer = begin(bytes);
        finish(transfer);
        return transfer;
    }

    /** Sends so much from the client to the server, to the end. {@return the account of it} */
    public PathReport report(long bytes) {
        Transfer transfer = transfer(bytes);
        WireLedger.Direction up = ledger.up();
        return new PathReport(
                transfer.bitsPerSecond(),
                up.textSegments(),
                up.lostSegments(),
                up.lostBytes(),
                up.retransmittedBytes(),
                up.spuriousBytes(),
                refusedSegments(),
                clientInfo().timeouts());
    }

    private long refusedSegments() {
        return servers.resources().shards().stream()
                .mapToLong(shard -> shard.drops().of(DropReason.NO_MEMORY))
                .sum();
    }

    /** Begins a transfer; {@link #finish} waits for its end. */
    Transfer begin(long bytes) {
        Transfer transfer =
                new Transfer(bytes, new BulkSource(bytes, this::nowNanos), new StreamSink(this::nowNanos), ledger);
        open(transfer.source(), transfer.sink());
        return transfer;
    }

    /** Runs a transfer to its end; fails unless every byte came and both ends closed without an error. */
    void finish(Transfer transfer) {
        simulation.expect(
                "both ends closed",
                () -> {
                    TcpInfo info = clientChannel.tcpInfo();
                    lastClientInfo = info == null ? lastClientInfo : info;
                    return transfer.sink().hasEnded();
                },
                PATIENCE);
        transfer.check();
    }

    /** Lets TIME-WAIT pass, and fails if anything is left. */
    public void settle() {
        simulation.expect("TIME-WAIT has passed", this::isEmpty, PATIENCE);
        simulation.advance(Duration.ofSeconds(1));
        check(network.bytesInUse() == 0, "no buffer is left");
        check(clients.resources().memory().bytes() == 0, "no memory is left at the client");
        check(servers.resources().memory().bytes() == 0, "no memory is left at the server");
        check(clients.resources().wheel().size() == 0, "no timer is left at the client");
    }

    private boolean isEmpty() {
        return clients.resources().shards().stream()
                        .allMatch(shard -> shard.connections().size() == 0
                                && shard.timeWait().size() == 0)
                && servers.resources().shards().stream()
                        .allMatch(shard -> shard.connections().size() == 0);
    }

    /** {@return how many connections of the client are in TIME-WAIT} */
    int clientTimeWaitRecords() {
        return clients.resources().shards().stream()
                .mapToInt(shard -> shard.timeWait().size())
                .sum();
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + ": does not hold; " + simulation.describe());
        }
    }

    void advance(Duration duration) {
        simulation.advance(duration);
    }

    Simulation simulation() {
        return simulation;
    }

    SimulatedNetwork network() {
        return network;
    }

    long nowNanos() {
        return network.nowNanos();
    }

    /** {@return what the client decided about losses} */
    Decisions decisions() {
        return decisions;
    }

    WireLedger ledger() {
        return ledger;
    }

    TouSocketChannel clientChannel() {
        return clientChannel;
    }

    TouSocketChannel serverChannel() {
        return (TouSocketChannel) serverChannel;
    }

    /** {@return the client's figures, the last ones if it is gone} */
    TcpInfo clientInfo() {
        TcpInfo info = clientChannel.tcpInfo();
        return info == null ? lastClientInfo : info;
    }

    @Override
    public void close() {
        network.close();
    }
}
