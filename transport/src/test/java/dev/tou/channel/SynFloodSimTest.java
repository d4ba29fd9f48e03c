// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.tou.endpoint.Shard;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.RawPeer;
import dev.tou.simulation.SendDelay;
import dev.tou.simulation.SimHost;
import dev.tou.telemetry.DropReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A flood of SYNs from addresses that never answer, beside honest clients (PROTOCOL A3). On virtual time nobody has too little of the
 * processor, so what is shown here is the queue and the cookies; what a flood costs is for {@code tou syn-flood} to measure.
 */
class SynFloodSimTest {

    private static final int SYN_BACKLOG = 256;
    private static final int SECONDS = 5;
    private static final int MILLIS_PER_CONNECT = 20;
    private static final int SEED = 1;

    private static final byte[] OPTIONS = {
        2, 4, 5, (byte) 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
    };

    private SplittableRandom random = new SplittableRandom(SEED);
    private boolean repeats;
    private final List<ChannelFuture> connects = new ArrayList<>();
    private final List<Recorder> clients = new ArrayList<>();
    private final List<RawPeer> forgers = new ArrayList<>();
    private int mostConnections;

    private void addForgers(SimPair pair) {
        for (int i = 0; i < 8; i++) {
            SimHost host = pair.network.addHost("forged" + i, "10.66.0." + (1 + i));
            pair.network.link(host, pair.serverHost, LinkProfile.IDEAL);
            forgers.add(host.newRawPeer(4000).onDatagram(answer -> {}));
        }
    }

    private void flood(SimPair pair, int synsPerMilli) {
        addForgers(pair);
        // The queue is full before the first honest client comes.
        for (int milli = 0; milli < 200; milli++) {
            forgeForAMilli(pair, synsPerMilli);
        }
        for (int milli = 0; milli < SECONDS * 1000; milli++) {
            if (milli % MILLIS_PER_CONNECT == 0) {
                Recorder client = new Recorder();
                clients.add(client);
                connects.add(pair.client(client).connect(pair.serverHost.address(SimPair.PORT)));
            }
            forgeForAMilli(pair, synsPerMilli);
            mostConnections = Math.max(mostConnections, connections(pair));
        }
    }

    private void forgeForAMilli(SimPair pair, int synsPerMilli) {
        forgeForAMilli(pair, synsPerMilli, SimPair.PORT);
    }

    private void forgeForAMilli(SimPair pair, int synsPerMilli, int tcpPort) {
        for (int i = 0; i < synsPerMilli; i++) {
            if (repeats) {
                random = new SplittableRandom(SEED);
            }
            ByteBuffer syn = ByteBuffer.allocate(20 + OPTIONS.length);
            syn.putShort((short) (1024 + random.nextInt(60_000))).putShort((short) tcpPort);
            syn.putInt(random.nextInt()).putInt(0);
            syn.putShort((short) (10 << 12 | 2))
                    .putShort((short) 0xFFFF)
                    .putInt(0)
                    .put(OPTIONS);
            forgers.get(random.nextInt(forgers.size())).send(pair.serverHost.address(SimPair.PORT), syn.array());
            pair.simulation.advance(SimPair.ms(1).dividedBy(synsPerMilli));
        }
    }

    private static int connections(SimPair pair) {
        return pair.servers.resources().shards().stream()
                .mapToInt(shard -> shard.connections().size())
                .sum();
    }

    private long connected() {
        return connects.stream().filter(ChannelFuture::isSuccess).count();
    }

    private static void listen(SimPair pair, SynCookieMode cookies) {
        pair.listen(pair.server()
                .option(TouChannelOption.MAX_SYN_BACKLOG, SYN_BACKLOG)
                .option(TouChannelOption.SYN_COOKIES, cookies));
    }

    @Test
    void honestClientsConnectAtOnceAndTheQueueStaysAsItIs() {
        try (SimPair pair = new SimPair()) {
            listen(pair, SynCookieMode.UNDER_PRESSURE);
            SocketChannel before = pair.connect(new Recorder());
            pair.child();
            flood(pair, 4);
            before.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            connects.get(0).channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(50_000)));
            // A round trip is 20 ms, and nobody has waited for a second SYN.
            pair.simulation.advance(SimPair.ms(25));
            assertThat(connected()).isEqualTo(connects.size()).isEqualTo(SECONDS * 1000 / MILLIS_PER_CONNECT);
            pair.simulation.advance(SimPair.seconds(2));
            assertThat(pair.accepted).hasSize(1 + connects.size());
            assertThat(pair.accepted.get(0).received()).isEqualTo(Sockets.bytes(100_000));
            assertThat(pair.accepted.get(1).received()).isEqualTo(Sockets.bytes(50_000));
            assertThat(mostConnections).isLessThanOrEqualTo(SYN_BACKLOG + 1 + connects.size());
            Shard shard = pair.servers.resources().shards().iterator().next();
            assertThat(shard.cookies().sent()).isGreaterThan(SECONDS * 4000L);
            assertThat(shard.cookies().accepted()).isGreaterThan(connects.size() / 2);
        }
    }

    @Test
    void withoutCookiesTheyDoNot() {
        try (SimPair pair = new SimPair()) {
            listen(pair, SynCookieMode.NEVER);
            flood(pair, 4);
            pair.simulation.advance(Duration.ofMillis(25));
            assertThat(connected()).isLessThan(connects.size() / 10);
            assertThat(mostConnections).isLessThanOrEqualTo(SYN_BACKLOG + connects.size());
        }
    }

    // More than are answered: a client's second SYN, after a second, is.
    @Test
    void ofTooManyTheSecondSynIsAnswered() {
        try (SimPair pair = new SimPair()) {
            listen(pair, SynCookieMode.UNDER_PRESSURE);
            flood(pair, 25);
            long atOnce = connected();
            pair.simulation.advance(SimPair.ms(1_050));
            assertThat(connected()).isEqualTo(connects.size());
            Shard shard = pair.servers.resources().shards().iterator().next();
            assertThat(shard.cookies().sent()).isLessThan((SECONDS + 1) * 12_000L);
            assertThat(shard.drops().of(DropReason.SYN_FLOOD)).isGreaterThan(SECONDS * 10_000L);
            assertThat(atOnce).as("those of the last second still wait").isLessThan(connects.size());
        }
    }

    // One SYN, 25 000 times a second: it is answered once a second, and nobody has to come a second time.
    @Test
    void aSynThatIsRepeatedTakesNobodysPlace() {
        try (SimPair pair = new SimPair()) {
            listen(pair, SynCookieMode.ALWAYS);
            repeats = true;
            flood(pair, 25);
            pair.simulation.advance(SimPair.ms(25));
            assertThat(connected()).isEqualTo(connects.size());
            Shard shard = pair.servers.resources().shards().iterator().next();
            // The savings of a second, and what was added while they were spent.
            assertThat(shard.cookies().sent()).isBetween(10_000L, 18_000L);
        }
    }

    // The link is slower than the flood: what answers it must not grow, nor stand in the way of connections.
    @ParameterizedTest
    @ValueSource(ints = {SimPair.PORT, SimPair.PORT + 1})
    void answersWithoutConnectionFillHalfOfWhatTheChannelMayHold(int tcpPort) {
        try (SimPair pair = new SimPair()) {
            listen(pair, SynCookieMode.ALWAYS);
            addForgers(pair);
            Shard shard = pair.servers.resources().shards().iterator().next();
            shard.udp().config().setWriteBufferWaterMark(new WriteBufferWaterMark(16 << 10, 64 << 10));
            pair.serverHost.sendDelay(new SendDelay(1, SimPair.seconds(3_600), SimPair.seconds(3_600)));
            for (int milli = 0; milli < 100; milli++) {
                forgeForAMilli(pair, 10, tcpPort);
            }
            assertThat(shard.udp().unsafe().outboundBuffer().totalPendingWriteBytes())
                    .isBetween(30L << 10, 33L << 10);
            assertThat(shard.udp().isWritable()).isTrue();
            assertThat(shard.drops().of(DropReason.SEND_QUEUE_FULL)).isGreaterThan(500);
        }
    }
}
