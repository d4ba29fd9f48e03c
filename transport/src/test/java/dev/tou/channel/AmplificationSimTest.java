// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.tou.simulation.Datagram;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.RawPeer;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever comes from an address that has not proven itself, at most three times the segments and three times the bytes go back
 * (PROTOCOL A4): at any moment since the first, and in any window, counted with what came while a half-open connection lives.
 */
class AmplificationSimTest {

    private static final int OPEN_PORT = 7;
    private static final int CLOSED_PORT = 9;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final byte[][] OPTIONS = {
        {},
        {2, 4, 5, (byte) 0xb4},
        {2, 4, 5, (byte) 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7},
        {4, 2, (byte) 253, 6, 0x74, 0x6f, 25, 8},
        {8, 10, 0, 0, 0, 9, 0, 0, 0, 0, (byte) 253, 6, 0x74, 0x6f, 25, 8},
    };

    /** One datagram, counted as positive if it came to the server. */
    private record Line(long nanos, boolean toServer, int bytes) {}

    /** A host whose every segment is forged, and all that it got for that. */
    private final class Forger {

        private final SimHost host;
        private final List<RawPeer> sockets = new ArrayList<>();
        private final List<Line> lines = new ArrayList<>();
        private int lastSeq = 1;
        private int lastIss = 1;
        private long sent;
        private long sentBytes;
        private long got;
        private long gotBytes;

        Forger(SimHost host) {
            this.host = host;
            for (int port = 1000; port < 1003; port++) {
                sockets.add(host.newRawPeer(port).onDatagram(this::arrived));
            }
        }

        private void arrived(Datagram datagram) {
            got++;
            gotBytes += datagram.length();
            lines.add(new Line(network.nowNanos(), false, datagram.length()));
            assertThat(got).as("segments to %s, seed %d", host, seed).isLessThanOrEqualTo(3 * sent);
            assertThat(gotBytes).as("bytes to %s, seed %d", host, seed).isLessThanOrEqualTo(3 * sentBytes);
            if ((datagram.unsignedByte(13) & SYN) != 0) {
                lastIss = datagram.payload().getInt(4);
            }
        }

        void send() {
            int kind = random.nextInt(10);
            // A right guess of the number to acknowledge would be a proof; every other guess is made.
            int ack = lastIss + (random.nextBoolean() ? 0 : 2);
            lastSeq = kind < 2 ? random.nextInt() : lastSeq;
            switch (kind) {
                case 0, 1, 2, 3, 4 -> segment(SYN, lastSeq, 0, true);
                case 5 -> segment(ACK, lastSeq + 1, ack, random.nextBoolean());
                case 6 -> segment(RST, lastSeq + random.nextInt(3), 0, false);
                case 7 -> segment(ACK | FIN, lastSeq + random.nextInt(5), ack, true);
                case 8 -> segment(SYN | ACK, lastSeq, ack, true);
                default -> segment(ACK, random.nextInt(), random.nextInt(), false);
            }
        }

        private void segment(int bits, int seq, int ack, boolean withOptions) {
            byte[] options = withOptions ? OPTIONS[random.nextInt(OPTIONS.length)] : OPTIONS[0];
            int header = 20 + options.length;
            int text = random.nextInt(4) == 0 ? random.nextInt(30) : 0;
            ByteBuffer out = ByteBuffer.allocate(header + text);
            int port = random.nextInt(8) == 0 ? CLOSED_PORT : OPEN_PORT;
            out.putShort((short) (2000 + random.nextInt(3)))
                    .putShort((short) port)
                    .putInt(seq)
                    .putInt(ack);
            out.putShort((short) (header / 4 << 12 | bits))
                    .putShort((short) 0xFFFF)
                    .putInt(0)
                    .put(options);
            sent++;
            sentBytes += out.capacity();
            lines.add(new Line(network.nowNanos(), true, out.capacity()));
            InetSocketAddress target = serverHost.address(OPEN_PORT);
            sockets.get(random.nextInt(sockets.size())).send(target, out.array());
        }

        void checkWindows() {
            int oldest = 0;
            for (int from = 0; from < lines.size(); from++) {
                while (lines.get(from).nanos() - lines.get(oldest).nanos() > creditNanos) {
                    oldest++;
                }
                long segments = 0;
                long bytes = 0;
                for (int i = oldest; i < lines.size(); i++) {
                    Line line = lines.get(i);
                    if (line.toServer()) {
                        segments += 3;
                        bytes += 3L * line.bytes();
                    } else if (i >= from) {
                        segments--;
                        bytes -= line.bytes();
                    }
                    if (segments < 0 || bytes < 0) {
                        throw new AssertionError("seed " + seed + ": from line " + from + " to " + i + " of " + host);
                    }
                }
            }
        }
    }

    private long seed;
    private SplittableRandom random;
    private SimulatedNetwork network;
    private SimHost serverHost;
    private long answers;

    /** What a half-open connection lives, after which what came is forgotten; and the ticks of its timers. */
    private long creditNanos;

    private ServerBootstrap server(SimChannels channels, boolean limited) {
        int retries = random.nextInt(8);
        creditNanos = NANOS_PER_SECOND / 10;
        for (int i = 0; i <= retries; i++) {
            creditNanos += Math.min(64, 1 << i) * NANOS_PER_SECOND;
        }
        return channels.server()
                .option(ChannelOption.AUTO_READ, random.nextBoolean())
                .option(ChannelOption.SO_BACKLOG, 1 + random.nextInt(3))
                .option(TouChannelOption.MAX_SYN_BACKLOG, 1 + random.nextInt(30))
                .option(TouChannelOption.SYN_COOKIES, SynCookieMode.values()[random.nextInt(3)])
                .option(TouChannelOption.SYNACK_RETRIES, retries)
                .option(TouChannelOption.ABORT_ON_OVERFLOW, random.nextBoolean())
                .option(TouChannelOption.AMPLIFICATION_LIMIT, limited)
                .childHandler(new ChannelHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                });
    }

    @SuppressWarnings("try") // A thousand floods are heard there, so that the console does not tell each.
    private void run(long withSeed, boolean limited) {
        seed = withSeed;
        random = new SplittableRandom(seed);
        network = new SimulatedNetwork(seed);
        try (SimulatedNetwork closing = network;
                Warnings floods = new Warnings("dev.tou.endpoint.Listener")) {
            serverHost = network.addHost("server", "10.0.0.1", "2001:db8::1");
            Simulation simulation = new Simulation(closing);
            List<Forger> forgers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SimHost host = network.addHost("victim" + i, "10.0.1." + (1 + i));
                network.link(serverHost, host, LinkProfile.IDEAL);
                forgers.add(new Forger(host));
            }
            SimChannels channels = new SimChannels(serverHost, seed, true);
            Channel listener = simulation
                    .await(server(channels, limited).bind(serverHost.address(OPEN_PORT)))
                    .channel();
            int closesAt = random.nextInt(600);
            // In every third run so seldom that most SYN-ACKs are repetitions.
            int seldom = seed % 3 == 0 ? 2 : 20;
            for (int step = 0; step < 400; step++) {
                if (step == closesAt) {
                    listener.close();
                }
                forgers.get(random.nextInt(forgers.size())).send();
                long millis = random.nextInt(seldom) == 0 ? random.nextInt(40_000) : random.nextInt(300);
                simulation.advance(Duration.ofMillis(millis));
            }
            listener.close();
            simulation.advance(Duration.ofMinutes(3));
            forgers.forEach(Forger::checkWindows);
            forgers.forEach(forger -> answers += forger.got);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void neverMoreThanThreeTimes(long withSeed) {
        run(withSeed, true);
        assertThat(answers).as("it does answer").isPositive();
    }

    @Tag("full")
    @Test
    void neverMoreThanThreeTimesInAThousandRuns() {
        for (long each = 100; each < 1100; each++) {
            run(each, true);
        }
    }

    /** The same without the limit: so the runs above do come where it holds back. */
    @Test
    void withoutTheLimitItIsMore() {
        List<AssertionError> exceeded = new ArrayList<>();
        for (long each = 1; each <= 12; each++) {
            try {
                run(each, false);
            } catch (AssertionError more) {
                exceeded.add(more);
            }
        }
        assertThat(exceeded).isNotEmpty();
    }
}
