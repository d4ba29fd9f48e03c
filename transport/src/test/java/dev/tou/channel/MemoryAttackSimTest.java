// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.tou.connection.Hoard;
import dev.tou.connection.MemoryBudget;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.RawPeer;
import dev.tou.simulation.SimHost;
import dev.tou.telemetry.DropReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Very many connections that each make us hold a little (PROTOCOL A14), beside those of honest clients. */
class MemoryAttackSimTest {

    private static final int ATTACKED_PORT = 8;
    private static final int PORTS_OF_AN_ATTACKER = 50_000;
    private static final int FIRST_PORT = 10_000;
    private static final int IRS = 1000;
    private static final int CONNECTIONS_AT_ONCE = 200;

    private static final int SYN = 2;
    private static final int ACK = 16;

    private static final byte[] MSS = {2, 4, 5, (byte) 0xb4};

    /** What one byte costs that came out of order: its chunk, and what it takes to find it. */
    private static final int COST_OF_A_BYTE = 448;

    /** The same in order, while nobody reads it. */
    private static final int COST_OF_A_BYTE_IN_ORDER = 1152;

    private final List<RawPeer> attackers = new ArrayList<>();
    private int[] iss;
    private int opened;

    private void attackersOf(SimPair pair, int connections) {
        iss = new int[connections];
        for (int i = 0; i * PORTS_OF_AN_ATTACKER < connections; i++) {
            SimHost host = pair.network.addHost("attacker" + i, "10.66.0." + (1 + i));
            pair.network.link(host, pair.serverHost, LinkProfile.IDEAL);
            int first = i * PORTS_OF_AN_ATTACKER;
            attackers.add(host.newRawPeer(4000).onDatagram(answer -> answered(pair, first, answer)));
        }
    }

    private void answered(SimPair pair, int first, Datagram answer) {
        ByteBuf segment = answer.payload();
        if (segment.getByte(13) == (SYN | ACK)) {
            int connection = first + segment.getUnsignedShort(2) - FIRST_PORT;
            iss[connection] = segment.getInt(4);
            opened++;
            send(pair, connection, IRS + 1, ACK, new byte[0]);
        }
    }

    private void send(SimPair pair, int connection, int seq, int flags, byte[] text) {
        boolean syn = flags == SYN;
        ByteBuffer segment = ByteBuffer.allocate((syn ? 24 : 20) + text.length);
        segment.putShort((short) (FIRST_PORT + connection % PORTS_OF_AN_ATTACKER))
                .putShort((short) ATTACKED_PORT)
                .putInt(seq)
                .putInt(syn ? 0 : iss[connection] + 1)
                .putShort((short) ((syn ? 6 : 5) << 12 | flags))
                .putShort((short) 0xFFFF)
                .putInt(0);
        if (syn) {
            segment.put(MSS);
        }
        segment.put(text);
        attackers.get(connection / PORTS_OF_AN_ATTACKER).send(pair.serverHost.address(ATTACKED_PORT), segment.array());
    }

    /** A listener whose application accepts none of them: they are in the way all the same. */
    private static Channel listenForAttackers(SimPair pair) {
        return pair.simulation
                .await(pair.server()
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.SO_BACKLOG, Integer.MAX_VALUE)
                        .bind(pair.serverHost.address(ATTACKED_PORT)))
                .channel();
    }

    private void openAll(SimPair pair) {
        for (int i = 0; i < iss.length; i++) {
            send(pair, i, IRS, SYN, new byte[0]);
            if (i % CONNECTIONS_AT_ONCE == CONNECTIONS_AT_ONCE - 1) {
                pair.simulation.advance(SimPair.ms(1));
            }
        }
        pair.simulation.advance(SimPair.ms(1));
        assertThat(opened).isEqualTo(iss.length);
    }

    /** Each sends a byte behind one that never comes. {@return the most that was held at a time, in bytes} */
    private long sendAByteEach(SimPair pair, int text) {
        long most = 0;
        for (int i = 0; i < iss.length; i++) {
            send(pair, i, IRS + 1 + text, ACK, new byte[1]);
            if (i % CONNECTIONS_AT_ONCE == CONNECTIONS_AT_ONCE - 1) {
                pair.simulation.advance(SimPair.ms(1));
                most = Math.max(most, pair.servers.resources().memory().bytes());
            }
        }
        return most;
    }

    private void attack(int connections, int budgetBytes) {
        LinkProfile lossy = LinkProfile.IDEAL.delay(SimPair.ms(10)).loss(0.01);
        try (SimPair pair = new SimPair(lossy, new MemoryBudget(Long.MAX_VALUE), new MemoryBudget(budgetBytes));
                Warnings warnings = new Warnings("dev.tou.endpoint.MemoryRelief")) {
            pair.network.countBuffers();
            Channel listener = pair.listen();
            Channel attacked = listenForAttackers(pair);
            SocketChannel honest = pair.connect(new Recorder());
            Recorder server = pair.child();
            attackersOf(pair, connections);
            openAll(pair);
            byte[] bytes = Sockets.bytes(3_000_000);
            honest.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            long most = 0;
            for (int text = 1; text <= 3; text += 2) {
                most = Math.max(most, sendAByteEach(pair, text));
            }
            assertThat(most).isBetween(budgetBytes / 2L, budgetBytes + 2L * CONNECTIONS_AT_ONCE * COST_OF_A_BYTE);
            assertThat(drops(pair, DropReason.MEMORY_GIVEN_UP)).isPositive();
            pair.simulation.expect("all", () -> server.receivedBytes() == bytes.length, SimPair.seconds(120));
            assertThat(server.received()).isEqualTo(bytes);
            assertThat(warnings.take()).hasSizeBetween(1, 4).allMatch(line -> line.contains("dev.tou.maxMemory"));

            ChannelFuture late = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("one more client", late::isSuccess, SimPair.seconds(10));

            attacked.close();
            late.channel().close();
            honest.close();
            listener.close();
            pair.expectNothingLeft();
            assertThat(pair.network.bytesInUse()).isZero();
        }
    }

    private static long drops(SimPair pair, DropReason reason) {
        return pair.servers.resources().drops(reason);
    }

    @Test
    void oneByteOfEachOfManyConnections() {
        attack(10_000, 1 << 20);
    }

    @Tag("full")
    @Test
    void oneByteOfEachOfAHundredThousandConnections() {
        attack(100_000, 8 << 20);
    }

    /** What nobody reads is no more than what is out of order; however many there are, each with a burst of its own. */
    @Test
    void oneByteInOrderForApplicationsThatDoNotRead() {
        int budgetBytes = 1 << 20;
        try (SimPair pair =
                new SimPair(LinkProfile.IDEAL, new MemoryBudget(Long.MAX_VALUE), new MemoryBudget(budgetBytes))) {
            Channel attacked = listenForAttackers(pair);
            attackersOf(pair, 5000);
            openAll(pair);
            assertThat(sendAByteEach(pair, 0))
                    .isBetween(budgetBytes / 2L, budgetBytes + 2L * CONNECTIONS_AT_ONCE * COST_OF_A_BYTE_IN_ORDER);
            assertThat(drops(pair, DropReason.MEMORY_EXHAUSTED)).isPositive();
            attacked.close();
            pair.expectNothingLeft();
        }
    }

    /** What can be given up may be on another event loop, which sleeps. */
    @Test
    void anotherLoopGivesUpToo() {
        MemoryBudget shared = new MemoryBudget(1 << 20);
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(10)), shared, shared)) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Channel attacked = listenForAttackers(pair);
            SocketChannel honest = pair.connect(pair.client(new Recorder()).option(ChannelOption.SO_SNDBUF, 2 << 20));
            attackersOf(pair, 1000);
            openAll(pair);
            sendAByteEach(pair, 1);
            long before = pair.servers.resources().memory().bytes();
            assertThat(before).isGreaterThanOrEqualTo(1000 * COST_OF_A_BYTE);
            honest.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(800_000)));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(drops(pair, DropReason.MEMORY_GIVEN_UP)).isBetween(1L, 1000L);
            assertThat(pair.servers.resources().memory().bytes()).isLessThan(before);
            attacked.close();
            honest.config().setSoLinger(0);
            honest.close();
            pair.accepted.get(0).channel().close();
            pair.listener().close();
            pair.expectNothingLeft();
        }
    }

    /** It has freed the last byte that was too much, which is too little to tell of by itself. */
    @Test
    void anotherLoopTellsWhatItHasFreed() {
        int budgetBytes = 1 << 20;
        MemoryBudget shared = new MemoryBudget(budgetBytes);
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(10)), shared, shared)) {
            Channel listener = pair.listen();
            Hoard others = new Hoard(pair.clients.resources().memory());
            others.holds(budgetBytes + 1);
            others.holds(budgetBytes);
            ChannelFuture connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("the second SYN is answered", connect::isSuccess, SimPair.seconds(2));
            assertThat(drops(pair, DropReason.SYN_WITHOUT_MEMORY)).isEqualTo(1);
            others.holds(0);
            connect.channel().close();
            listener.close();
            pair.expectNothingLeft();
        }
    }

    /** Of a path that loses, again and again what was reported is given up: each time it is only a matter of time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 100})
    void whatIsGivenUpComesAgain(int everyMillis) {
        for (int seed = 1; seed <= 5; seed++) {
            LinkProfile lossy = LinkProfile.IDEAL
                    .delay(SimPair.ms(10))
                    .reordering(0.02, SimPair.ms(5))
                    .loss(0.02);
            try (SimPair pair = new SimPair(seed, lossy, true)) {
                Channel listener = pair.listen();
                SocketChannel client = pair.connect(new Recorder());
                Recorder server = pair.child();
                byte[] bytes = Sockets.bytes(1_000_000);
                client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
                int gaps = 0;
                int millis = 0;
                while (server.receivedBytes() < bytes.length) {
                    assertThat(millis).as("ms, seed %d", seed).isLessThan(60_000);
                    pair.simulation.advance(SimPair.ms(everyMillis));
                    gaps += pair.servers.resources().memory().dropOutOfOrder();
                    millis += everyMillis;
                }
                assertThat(gaps).isPositive();
                assertThat(server.received()).isEqualTo(bytes);
                client.close();
                listener.close();
                pair.expectNothingLeft();
            }
        }
    }

    /** More than they may hold, in both directions, over a path that loses, and readers that pause: all arrives all the same. */
    @ParameterizedTest
    @ValueSource(ints = {64, 512})
    void everybodyGetsOn(int budgetKilobytes) {
        byte[] bytes = Sockets.bytes(200_000);
        LinkProfile lossy = LinkProfile.IDEAL.delay(SimPair.ms(10)).loss(0.01);
        long refused = 0;
        for (int seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            MemoryBudget forClients = new MemoryBudget(budgetKilobytes << 10);
            try (SimPair pair = new SimPair(seed, lossy, true, forClients, new MemoryBudget(budgetKilobytes << 10))) {
                pair.listen();
                List<Recorder> ends = new ArrayList<>();
                for (int i = 1; i <= 10; i++) {
                    Recorder client = new Recorder();
                    ends.add(client);
                    pair.connect(client);
                    int children = i;
                    pair.simulation.expect("accept", () -> pair.accepted.size() == children, SimPair.seconds(10));
                }
                ends.addAll(pair.accepted);
                ends.forEach(end -> end.channel().writeAndFlush(Unpooled.wrappedBuffer(bytes)));
                for (int i = 0; i < 1000; i++) {
                    Recorder end = ends.get(random.nextInt(ends.size()));
                    end.channel().config().setAutoRead(random.nextBoolean());
                    pair.simulation.advance(SimPair.ms(random.nextInt(10)));
                }
                ends.forEach(end -> end.channel().config().setAutoRead(true));
                pair.simulation.expect(
                        "all",
                        () -> ends.stream().allMatch(end -> end.receivedBytes() == bytes.length),
                        SimPair.seconds(60));
                refused += drops(pair, DropReason.MEMORY_EXHAUSTED);
                ends.forEach(end -> end.channel().close());
                pair.listener().close();
                pair.expectNothingLeft();
            }
        }
        assertThat(refused).isPositive();
    }

    /** Of connections that live on after close, the one that holds the most goes; the others, and open ones, deliver. */
    @Test
    void theOrphanThatHoldsTheMostIsReset() {
        MemoryBudget clientMemory = new MemoryBudget(1 << 20);
        try (SimPair pair =
                new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(10)), clientMemory, new MemoryBudget(Long.MAX_VALUE))) {
            pair.listen(pair.server()
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.SO_RCVBUF, 4096));
            int[] written = {200_000, 400_000, 100_000, 500_000};
            for (int i = 0; i < written.length; i++) {
                SocketChannel client =
                        pair.connect(pair.client(new Recorder()).option(ChannelOption.SO_SNDBUF, 1 << 20));
                int children = i + 1;
                pair.simulation.expect("accept", () -> pair.accepted.size() == children, SimPair.seconds(1));
                client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(written[i])));
                if (i < written.length - 1) {
                    client.close();
                }
                pair.simulation.advance(SimPair.ms(100));
            }
            pair.accepted.forEach(child -> child.channel().config().setAutoRead(true));
            pair.simulation.expect(
                    "all",
                    () -> pair.accepted.get(0).receivedBytes() == written[0]
                            && pair.accepted.get(2).receivedBytes() == written[2]
                            && pair.accepted.get(3).receivedBytes() == written[3],
                    SimPair.seconds(120));
            assertThat(pair.accepted.get(1).receivedBytes()).isLessThan(written[1]);
            assertThat(pair.accepted.get(1).failures().get(0)).hasMessageStartingWith("Connection reset by peer");
        }
    }
}
