// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.tou.channel.SimChannels;
import dev.tou.channel.TouChannelOption;
import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.CongestionControllers;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.MemoryBudget;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.EventLoopResources;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.Errno;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendFault;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import dev.tou.telemetry.DropReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

/**
 * The stage of a script: two hosts without any distance between them, the engine on one, the peer's socket on the other.
 *
 * <p>Segments keep their size, so that a script can tell it beforehand; probes of the path MTU are simulated elsewhere.
 *
 * <p>The first connection's initial sequence number is always {@link #ISS}: its clock goes round in 275 seconds, so the script
 * begins when it has come there. Both ends' numbers wrap within the first bytes.
 */
final class Script implements AutoCloseable {

    /** The initial sequence number of the engine. */
    static final int ISS = -7;

    /** The initial sequence number of the peer, by habit. */
    static final int IRS = -10;

    static final int SERVER_PORT = 7000;
    static final int CLIENT_PORT = 5000;
    private static final long ISN_TICK_NANOS = 64;
    private static final int JUMBO = 9000;

    /** Longer than TIME-WAIT and the rest of an unused socket. */
    private static final Duration EVERYTHING_IS_OVER = Duration.ofMinutes(10);

    /** Halves and whole segments, whatever the default is. */
    private static final CongestionControllerFactory PLAIN_NUMBERS = CongestionControllers.NEW_RENO;

    private final SimulatedNetwork network = new SimulatedNetwork(1).countBuffers();
    private final Simulation simulation = new Simulation(network);
    private final SimHost engineHost;
    private final SimHost peerHost;
    private final SimChannels channels;
    private final List<String> trace = new ArrayList<>();
    private final List<ScriptedApp> apps = new ArrayList<>();
    private final List<ScriptedPeer> peers = new ArrayList<>();
    private long beginNanos;
    private long lastLineNanos;
    private Channel server;
    private final ScriptedApp app = new ScriptedApp(this);

    Script(String engineAddress, String peerAddress) {
        this(engineAddress, peerAddress, new MemoryBudget(Long.MAX_VALUE));
    }

    /** A stage where the engine's connections may hold so much in buffers. */
    Script(String engineAddress, String peerAddress, MemoryBudget budget) {
        engineHost = network.addHost("engine", engineAddress);
        peerHost = network.addHost("peer", peerAddress);
        network.link(engineHost.mtu(JUMBO), peerHost, LinkProfile.IDEAL.mtu(2 * JUMBO));
        channels = new SimChannels(engineHost, 1, true, budget);
    }

    // --- the cast ---

    /** The engine listens; the peer opens the connections, all of which go to applications like {@link #app}. */
    ScriptedPeer listens(Consumer<ServerBootstrap> settings) {
        listensAgain(settings);
        ScriptedPeer peer = newPeer(CLIENT_PORT);
        begin(SERVER_PORT, CLIENT_PORT);
        return peer;
    }

    /** The engine listens, once more. */
    void listensAgain(Consumer<ServerBootstrap> settings) {
        ServerBootstrap bootstrap = channels.server()
                .option(TouChannelOption.CONGESTION_CONTROLLER, PLAIN_NUMBERS)
                .option(TouChannelOption.PATH_MTU_DISCOVERY, false)
                .childOption(ChannelOption.ALLOCATOR, network.allocator())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline().addLast(nextApp());
                    }
                });
        settings.accept(bootstrap);
        server = bootstrap.bind(engineHost.address(SERVER_PORT)).channel();
        settle();
    }

    /** One more peer, on a port of its own. */
    ScriptedPeer newPeer(int port) {
        int enginePort = port == SERVER_PORT ? CLIENT_PORT : SERVER_PORT;
        ScriptedPeer peer = new ScriptedPeer(this, peerHost.newRawPeer(port), engineHost.address(enginePort));
        peers.add(peer);
        return peer;
    }

    private ChannelHandler nextApp() {
        ScriptedApp next = app.exists() ? new ScriptedApp(this) : app;
        apps.add(next);
        return next;
    }

    /** The engine connects to the peer. */
    ScriptedPeer connects(Consumer<Bootstrap> settings) {
        ScriptedPeer peer = newPeer(SERVER_PORT);
        begin(CLIENT_PORT, SERVER_PORT);
        Bootstrap bootstrap = channels.client()
                .option(ChannelOption.ALLOCATOR, network.allocator())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .option(TouChannelOption.PATH_MTU_DISCOVERY, false)
                .option(TouChannelOption.CONGESTION_CONTROLLER, PLAIN_NUMBERS)
                .localAddress(engineHost.address(CLIENT_PORT))
                .handler(app);
        settings.accept(bootstrap);
        apps.add(app);
        trace("app      connects");
        app.connecting(bootstrap.connect(peerHost.address(SERVER_PORT)));
        settle();
        return peer;
    }

    /** The engine connects to a port where no socket is, of which its host tells it (ICMP port unreachable). */
    void connectsToNobody() {
        apps.add(app);
        app.connecting(channels.client().handler(app).connect(peerHost.address(SERVER_PORT)));
        settle();
    }

    /** ICMP says of what the engine has sent, since it connected, that it could not be delivered; forged or not. */
    void icmp(Errno errno) {
        trace("network  " + errno);
        engineHost.icmp(errno, engineHost.address(CLIENT_PORT), peerHost.address(SERVER_PORT));
        line();
        settle();
    }

    /** The engine's own host refuses to send. */
    void hostRefuses(Errno errno) {
        trace("host     " + errno);
        engineHost.sendFault(SendFault.randomly(1, errno));
        line();
    }

    private void begin(int localPort, int remotePort) {
        InetSocketAddress remote = peerHost.address(remotePort);
        ConnectionKey key = ConnectionKey.of(remote, localPort, remotePort);
        EventLoopResources resources = channels.resources();
        int next = resources.sequenceNumbers().next(key, localPort, network.nowNanos());
        simulation.advance(Duration.ofNanos(Integer.toUnsignedLong(ISS - next) * ISN_TICK_NANOS));
        beginNanos = network.nowNanos();
        line();
    }

    ScriptedApp app() {
        return app;
    }

    /** {@return the applications that there have been, in order} */
    List<ScriptedApp> apps() {
        return apps;
    }

    /** The server accepts what waits, and what comes later. */
    void accepts() {
        trace("server   accepts");
        line();
        server.config().setAutoRead(true);
        settle();
    }

    /** From now on, what comes waits. */
    void stopsAccepting() {
        trace("server   accepts no more");
        line();
        server.config().setAutoRead(false);
        settle();
    }

    /** The server's channel is closed; its connections go on. */
    void stopsListening() {
        trace("server   closes");
        line();
        server.close();
        settle();
    }

    // --- time ---

    long nowNanos() {
        return network.nowNanos();
    }

    /** Lets everything happen that happens at this instant. */
    void settle() {
        simulation.runUntil(() -> true, Duration.ZERO);
    }

    void passes(Duration time) {
        simulation.advance(time);
        line();
    }

    /** A line of the script has been carried out now; the times of what is expected count from here. */
    void line() {
        lastLineNanos = nowNanos();
    }

    void lineAt(long nanos) {
        lastLineNanos = nanos;
    }

    long lastLineNanos() {
        return lastLineNanos;
    }

    boolean runUntil(BooleanSupplier done, Duration limit) {
        return simulation.runUntil(done, limit);
    }

    // --- looking inside ---

    /** {@return how often the engine has dropped something for this reason} */
    long drops(DropReason reason) {
        return resources().drops(reason);
    }

    /** {@return how many connections are in TIME-WAIT} */
    int timeWaitRecords() {
        return resources().shards().stream()
                .mapToInt(shard -> shard.timeWait().size())
                .sum();
    }

    /** {@return the one connection of the engine} */
    TransmissionControlBlock connection() {
        List<TransmissionControlBlock> all = new ArrayList<>();
        for (Shard shard : resources().shards()) {
            shard.connections().forEach(all::add);
        }
        if (all.size() != 1) {
            throw failure("there should be one connection, not " + all);
        }
        return all.get(0);
    }

    /** {@return the options of the one connection} */
    ConnectionOptions options() {
        return connection().options();
    }

    EventLoopResources resources() {
        return channels.resources();
    }

    // --- the trace ---

    void trace(String line) {
        trace.add(String.format("%12.3f ms  %s", (nowNanos() - beginNanos) / 1e6, line));
    }

    static String millis(long nanos) {
        return String.format("%.3f", nanos / 1e6);
    }

    AssertionError failure(String what) {
        String all = String.join("\n", trace);
        return new AssertionError(
                what + "\nat " + millis(nowNanos() - beginNanos) + " ms, after this trace:\n" + all + '\n');
    }

    // --- the end ---

    /** Checks that nothing was overlooked, ends what still lives, and checks that nothing is left of it. */
    void finish() {
        settle();
        peers.forEach(ScriptedPeer::finish);
        apps.forEach(ScriptedApp::finish);
        peers.forEach(ScriptedPeer::stopsLooking);
        for (ScriptedApp one : apps) {
            if (one.exists() && one.channel().isOpen()) {
                one.aborts();
            }
        }
        if (server != null) {
            server.close();
        }
        passes(EVERYTHING_IS_OVER);
        EventLoopResources left = resources();
        check(
                left.memory().bytes() == 0,
                "memory on the account: " + left.memory().bytes());
        check(
                left.wheel().size() == 0,
                "connections with timers: " + left.wheel().size());
        check(left.shards().isEmpty(), "UDP channels: " + left.shards());
        check(network.bytesInUse() == 0, "bytes in buffers: " + network.bytesInUse());
    }

    private void check(boolean holds, String left) {
        if (!holds) {
            throw failure("left over: " + left);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
