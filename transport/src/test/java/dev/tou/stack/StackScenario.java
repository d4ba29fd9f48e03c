// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.tou.channel.SimChannels;
import dev.tou.channel.TouChannelOption;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.simulation.DatagramTrace;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.LossModel;
import dev.tou.simulation.SendDelay;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

/**
 * One run of two stacks over a bad network: everything about it, the link, the options, what is sent, who stalls, comes from a
 * seed. After every instant the invariants of each connection are checked; in the end every stream must be whole, both ends
 * closed, and every counter back at zero.
 */
final class StackScenario implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofHours(4);
    private static final int PORT = 4000;

    private final long seed;
    private final SplittableRandom random;
    private final SimulatedNetwork network;
    private final SimHost client;
    private final SimHost server;
    private final SimChannels clientChannels;
    private final SimChannels serverChannels;
    private final Simulation simulation;
    private final List<StreamEnd> clientEnds = new ArrayList<>();
    private final List<StreamEnd> serverEnds = new ArrayList<>();
    private final DatagramTrace trace = new DatagramTrace(20_000);
    private int connections;
    private int streamBytes;
    private int bulkBytes;
    private String test = "StackSimulationTest";
    private boolean abrupt;
    private int stalls;
    private Duration stallsWithin = Duration.ofSeconds(2);
    private LinkProfile profile;

    StackScenario(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        network = new SimulatedNetwork(seed).countBuffers();
        boolean ipv6 = random.nextInt(4) == 0;
        client = network.addHost("client", ipv6 ? "2001:db8::1" : "10.0.0.1");
        server = network.addHost("server", ipv6 ? "2001:db8::2" : "10.0.0.2");
        boolean segmented = random.nextBoolean();
        clientChannels = new SimChannels(client, seed, segmented);
        serverChannels = new SimChannels(server, seed, segmented);
        simulation = new Simulation(network).afterEachStep(this::checkInvariants);
        connections = 1 + random.nextInt(3);
        streamBytes = 1 << 8 + random.nextInt(10);
        stalls = random.nextInt(4);
        profile = drawProfile();
        network.onDatagram(trace);
        network.onDatagram(new WireOracle(server.address(PORT)));
    }

    StackScenario profile(LinkProfile chosen) {
        profile = chosen;
        return this;
    }

    /** One connection, on which the client sends just so many bytes and the server a few. */
    StackScenario bulk(int bytes) {
        test = "BulkTransferTest";
        connections = 1;
        bulkBytes = bytes;
        return this;
    }

    /** Either end may close, or reset, the connection at any time. */
    StackScenario abrupt() {
        abrupt = true;
        return this;
    }

    /** So many pauses of either host, anywhere in the given time. */
    StackScenario stalls(int howMany, Duration within) {
        stalls = howMany;
        stallsWithin = within;
        return this;
    }

    private LinkProfile drawProfile() {
        LinkProfile drawn = LinkProfile.IDEAL.delay(Duration.ofNanos(20_000L << random.nextInt(12)));
        if (random.nextInt(3) > 0) {
            drawn = drawn.loss(random.nextDouble() * 0.1);
        } else if (random.nextInt(3) == 0) {
            drawn = drawn.loss(LossModel.bursts(0.01, 0.3));
        }
        if (random.nextInt(2) == 0) {
            drawn = drawn.reordering(random.nextDouble() * 0.1, Duration.ofMillis(1 + random.nextInt(20)));
        }
        if (random.nextInt(2) == 0) {
            drawn = drawn.duplication(random.nextDouble() * 0.1).corruption(random.nextDouble() * 0.02);
        }
        if (random.nextInt(3) == 0) {
            drawn = drawn.rate(1_000_000L << random.nextInt(8), 5_000 + random.nextInt(60_000));
        }
        if (random.nextInt(3) == 0) {
            drawn = drawn.jitter(Duration.ofMillis(random.nextInt(10)));
        }
        return drawn;
    }

    /** Runs to the end. {@return the hash of all datagrams} */
    long run() {
        network.link(client, server, profile);
        if (random.nextInt(3) == 0) {
            SendDelay delay = new SendDelay(0.1, Duration.ofMillis(1), Duration.ofMillis(1 + random.nextInt(60)));
            (random.nextBoolean() ? client : server).sendDelay(delay);
        }
        try {
            connect();
            scheduleStalls();
            simulation.expect("every stream whole and closed", this::allClosed, LIMIT);
            if (!abrupt) {
                checkStreams();
            }
            settle();
            return network.traceHash();
        } catch (Throwable t) {
            Path file = Path.of("target", "sim", test + "-" + Long.toHexString(seed) + ".pcapng");
            String where;
            try {
                java.nio.file.Files.createDirectories(file.getParent());
                trace.writeTo(file);
                where = file.toString();
            } catch (java.io.IOException e) {
                where = e.toString();
            }
            throw new AssertionError(
                    "seed 0x" + Long.toHexString(seed) + " fails; again with ./mvnw -pl transport test"
                            + " -Dtest=" + test + " -Dtou.seed=0x" + Long.toHexString(seed) + "; capture: "
                            + where
                            + "\n" + describe(),
                    t);
        }
    }

    private void connect() {
        ServerBootstrap listening = serverChannels
                .server()
                .option(ChannelOption.SO_RCVBUF, receiveBuffer())
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.ALLOCATOR, network.allocator())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        StreamEnd end = new StreamEnd(-1, 0, bytes(), random.split(), random.nextInt(2) == 0);
                        serverEnds.add(end);
                        channel.pipeline().addLast(end);
                        endAbruptly(channel);
                    }
                });
        simulation.await(listening.bind(server.address(PORT)));
        for (int i = 0; i < connections; i++) {
            StreamEnd end =
                    new StreamEnd(0, -1, bulkBytes > 0 ? bulkBytes : bytes(), random.split(), random.nextInt(2) == 0);
            clientEnds.add(end);
            Bootstrap connecting = clientChannels
                    .client()
                    .option(ChannelOption.SO_RCVBUF, receiveBuffer())
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .option(ChannelOption.ALLOCATOR, network.allocator())
                    .option(ChannelOption.TCP_NODELAY, random.nextInt(4) > 0)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                    .option(TouChannelOption.SYN_RETRIES, 20)
                    .option(TouChannelOption.RETRIES2, 30)
                    .option(TouChannelOption.TIMESTAMPS, random.nextInt(4) > 0)
                    .option(TouChannelOption.SACK, random.nextInt(4) > 0)
                    .option(TouChannelOption.WINDOW_SCALING, random.nextInt(4) > 0)
                    .handler(end);
            endAbruptly(connecting.connect(server.address(PORT)).channel());
        }
    }

    private void endAbruptly(Channel channel) {
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, abrupt);
        if (abrupt && random.nextInt(2) == 0) {
            channel.config().setOption(ChannelOption.SO_LINGER, random.nextInt(3) - 1);
            network.at(Duration.ofMillis(random.nextInt(500)), channel::close);
        }
    }

    private int receiveBuffer() {
        return random.nextInt(2) == 0 ? 4096 + random.nextInt(20_000) : 1 << 20;
    }

    private long bytes() {
        return random.nextInt(8) == 0 ? 0 : random.nextInt(streamBytes) + 1L;
    }

    private void scheduleStalls() {
        for (int i = stalls; i > 0; i--) {
            SimHost host = random.nextBoolean() ? client : server;
            Duration length = Duration.ofMillis(5L << random.nextInt(8));
            network.at(Duration.ofMillis(random.nextLong(stallsWithin.toMillis())), () -> host.stall(length));
        }
    }

    private boolean allClosed() {
        if (abrupt) {
            return isEmpty(clientChannels) && isEmpty(serverChannels);
        }
        return clientEnds.stream().allMatch(StreamEnd::isClosed)
                && serverEnds.size() == connections
                && serverEnds.stream().allMatch(StreamEnd::isClosed);
    }

    private void checkStreams() {
        long up = clientEnds.stream().mapToLong(StreamEnd::sent).sum();
        long down = serverEnds.stream().mapToLong(StreamEnd::sent).sum();
        check(serverEnds.stream().mapToLong(StreamEnd::received).sum() == up, "upstream is whole");
        check(clientEnds.stream().mapToLong(StreamEnd::received).sum() == down, "downstream is whole");
        clientEnds.forEach(end -> check(end.failure() == null && end.inputEnded(), "no failure at the client"));
        serverEnds.forEach(end -> check(end.failure() == null && end.inputEnded(), "no failure at the server"));
    }

    // Orphans finish, TIME-WAIT passes, idle channels close: nothing may be left.
    private void settle() {
        simulation.advance(Duration.ofSeconds(90));
        simulation.runUntil(() -> isEmpty(clientChannels), LIMIT);
        simulation.advance(Duration.ofSeconds(90));
        check(isEmpty(clientChannels), "no connection is left at the client");
        check(clientChannels.resources().wheel().size() == 0, "no timer is left at the client");
        check(clientChannels.resources().memory().bytes() == 0, "no memory is left at the client");
        check(clientChannels.resources().shards().isEmpty(), "no UDP channel is left at the client");
        check(isEmpty(serverChannels), "no connection is left at the server");
        check(serverChannels.resources().wheel().size() == 0, "no timer is left at the server");
        check(serverChannels.resources().memory().bytes() == 0, "no memory is left at the server");
        check(network.bytesInUse() == 0, "no buffer is left");
    }

    private static boolean isEmpty(SimChannels channels) {
        return channels.resources().shards().stream()
                .allMatch(shard ->
                        shard.connections().size() == 0 && shard.timeWait().size() == 0);
    }

    private void checkInvariants() {
        checkInvariants(clientChannels);
        checkInvariants(serverChannels);
    }

    private void checkInvariants(SimChannels channels) {
        for (Shard shard : channels.resources().shards()) {
            shard.connections().forEach(StackScenario::checkInvariants);
        }
    }

    private static void checkInvariants(TransmissionControlBlock tcb) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        check(tcb.isLive(), "what is in the table is alive: " + tcb);
        check(tcb.snd.outstanding() >= 0, "SND.UNA =< SND.NXT");
        if (tcb.state().isSynchronized()) {
            check(tcb.snd.outstanding() == queue.outstandingBytes(), "the queue holds what is outstanding: " + tcb);
            check(tcb.sendBuffer.bytes() >= 0 && tcb.unsentBytes() >= 0, "the send buffer covers it");
            check(queue.pipeBytes() >= 0 && queue.lostBytes() >= 0 && queue.sackedBytes() >= 0, "sums are sums");
            check(tcb.rcv.wnd() >= 0, "the window is not negative");
            int capacity = tcb.advertisedWindow.capacityBytes();
            check(
                    tcb.receiveBuffer.readableBytes() <= Math.max(capacity + capacity / 16, 65_535),
                    "the window was kept");
            check(queue.isEmpty() || tcb.isArmed(dev.tou.timing.TcpTimer.RETRANSMISSION), "a timer watches: " + tcb);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder(profile + "\n");
        clientEnds.forEach(end -> text.append("client ").append(end).append('\n'));
        serverEnds.forEach(end -> text.append("server ").append(end).append('\n'));
        for (SimChannels channels : List.of(clientChannels, serverChannels)) {
            for (Shard shard : channels.resources().shards()) {
                shard.connections()
                        .forEach(tcb ->
                                text.append(tcb).append(' ').append(tcb.info()).append('\n'));
            }
        }
        return text.append(simulation.describe()).toString();
    }

    @Override
    public void close() {
        network.close();
    }
}
