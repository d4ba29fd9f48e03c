// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import dev.tou.capture.Capture;
import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.TcpInfo;
import dev.tou.telemetry.TransportListener;
import io.netty.buffer.Unpooled;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Wireshark's analysis of captures of a lossy transfer, against what the two ends have counted themselves. */
@Tag("full")
class TcpAnalysisTest {

    private static final int BYTES = 3_000_000;
    private static final String CLIENT = "10.0.0.1";
    private static final String[] FIELDS = {
        "frame.time_epoch",
        "ip.src",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.len",
        "tcp.window_size_value",
        "tcp.checksum.status",
        "tcp.analysis.retransmission",
        "tcp.analysis.fast_retransmission",
        "tcp.analysis.spurious_retransmission",
        "tcp.analysis.out_of_order",
        "tcp.analysis.duplicate_ack",
        "tcp.analysis.ack_rtt",
        "tcp.options.sack_le",
        "_ws.malformed"
    };

    @TempDir
    Path directory;

    private final Map<Long, Long> samples = new HashMap<>();
    private TcpInfo sender;
    private TcpInfo receiver;
    private List<Map<String, String>> atClient;
    private List<Map<String, String>> atServer;

    @BeforeAll
    static void needsTshark() {
        Tshark.orElse("captures are not analysed");
    }

    private void transfer(long seed) throws Exception {
        Path ofClient = directory.resolve("client.pcapng");
        Path ofServer = directory.resolve("server.pcapng");
        LinkProfile lossy = LinkProfile.IDEAL
                .delay(SimPair.ms(20))
                .rate(50_000_000, 200_000)
                .loss(0.01);
        try (SimPair pair = new SimPair(seed, lossy, true);
                Capture clients = Capture.open(ofClient);
                Capture servers = Capture.open(ofServer)) {
            pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, servers));
            TouSocketChannel client = (TouSocketChannel) pair.connect(pair.client(new Recorder())
                    .option(TouChannelOption.UDP_PIPELINE, clients)
                    .option(TouChannelOption.TRANSPORT_LISTENER, connection -> new TransportListener() {
                        @Override
                        public void onRoundTrip(long nowNanos, long sample, long srtt, long rttvar, long rto) {
                            samples.put(nowNanos, sample);
                        }
                    }));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(BYTES)));
            pair.simulation.advance(SimPair.seconds(60));
            assertThat(pair.child().receivedBytes()).isEqualTo(BYTES);
            sender = client.tcpInfo();
            receiver = ((TouSocketChannel) pair.child().channel()).tcpInfo();
        }
        atClient = Tshark.fields(ofClient, "frame.interface_id == 1", FIELDS);
        atServer = Tshark.fields(ofServer, "frame.interface_id == 1", FIELDS);
    }

    private static boolean has(Map<String, String> packet, String field) {
        return !packet.get(field).isEmpty();
    }

    private static boolean isText(Map<String, String> packet) {
        return packet.get("ip.src").equals(CLIENT) && !packet.get("tcp.len").equals("0");
    }

    private static boolean isFromServer(Map<String, String> packet) {
        return !packet.get("ip.src").equals(CLIENT);
    }

    private static long count(List<Map<String, String>> packets, Predicate<Map<String, String>> wanted) {
        return packets.stream().filter(wanted).count();
    }

    /** {@return how many segments with text begin before the end of one that was seen before: by their numbers alone} */
    private static long repetitions(List<Map<String, String>> packets) {
        long repetitions = 0;
        int end = 0;
        boolean any = false;
        for (Map<String, String> packet : packets) {
            if (isText(packet)) {
                int seq = Integer.parseUnsignedInt(packet.get("tcp.seq_raw"));
                if (any && seq - end < 0) {
                    repetitions++;
                } else {
                    end = seq + Integer.parseInt(packet.get("tcp.len"));
                    any = true;
                }
            }
        }
        return repetitions;
    }

    /** {@return how many acknowledgments without text say what the one before them said, window included} */
    private static long duplicateAcknowledgments(List<Map<String, String>> packets) {
        long duplicates = 0;
        String before = "";
        for (Map<String, String> packet : packets) {
            if (isFromServer(packet)) {
                String says = packet.get("tcp.ack_raw") + " " + packet.get("tcp.window_size_value");
                if (says.equals(before)) {
                    duplicates++;
                }
                before = says;
            }
        }
        return duplicates;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTheCountersOfBothEnds(long seed) throws Exception {
        transfer(seed);
        assertThat(atClient).allSatisfy(packet -> {
            assertThat(packet.get("tcp.checksum.status")).as("good").isEqualTo("1");
            assertThat(packet.get("_ws.malformed")).isEmpty();
        });
        assertThat(count(atClient, packet -> !isFromServer(packet))).isEqualTo(sender.segsOut());
        assertThat(count(atClient, TcpAnalysisTest::isText)).isEqualTo(sender.dataSegsOut());
        assertThat(count(atServer, TcpAnalysisTest::isText)).isEqualTo(receiver.dataSegsIn());
        repetitionsAgree();
        duplicatesAgree();
        roundTripsAgree();
    }

    /**
     * Wireshark calls a repetition "out of order" instead, if it comes within a round trip of the segment with the highest number and
     * no duplicate acknowledgments were seen shortly before, because a capture in the middle of a path could not tell. Both
     * together are what was sent again.
     */
    private void repetitionsAgree() {
        assertThat(sender.retrans()).isPositive().isEqualTo(repetitions(atClient));
        assertThat(count(
                        atClient,
                        packet ->
                                has(packet, "tcp.analysis.retransmission") || has(packet, "tcp.analysis.out_of_order")))
                .isEqualTo(sender.retrans());
        assertThat(count(atClient, packet -> has(packet, "tcp.analysis.fast_retransmission")))
                .isBetween(sender.retrans() / 2, sender.retrans());
        assertThat(count(atClient, packet -> has(packet, "tcp.analysis.spurious_retransmission")))
                .isEqualTo(sender.undos())
                .isZero();
    }

    /**
     * To Wireshark a duplicate acknowledgment is one that also leaves the window as it was. What we send for text out of order has
     * SACK blocks; now and then one of them acknowledges text that had waited for its acknowledgment, or opens the window. And one that
     * tells of room in the buffer has blocks as well, as long as something is missing.
     */
    private void duplicatesAgree() {
        for (List<Map<String, String>> end : List.of(atClient, atServer)) {
            assertThat(count(end, packet -> has(packet, "tcp.analysis.duplicate_ack")))
                    .isPositive()
                    .isEqualTo(duplicateAcknowledgments(end));
        }
        assertThat(atServer)
                .filteredOn(packet -> has(packet, "tcp.analysis.duplicate_ack"))
                .allMatch(packet -> has(packet, "tcp.options.sack_le"));
        assertThat(count(atServer, packet -> has(packet, "tcp.options.sack_le")))
                .isBetween(
                        receiver.acksOutOfOrder() + receiver.acksDuplicate(),
                        receiver.acksOutOfOrder() + receiver.acksDuplicate() + receiver.acksWindowUpdate());
    }

    /**
     * Each acknowledgment of something new is a sample to both. They are the same to the nanosecond, but where what is acknowledged was
     * sent twice: there we take the time of what has just arrived, Wireshark that of what was missing.
     */
    private void roundTripsAgree() {
        long same = 0;
        long others = 0;
        long leastNanos = Long.MAX_VALUE;
        long mostNanos = 0;
        for (Map<String, String> packet : atClient) {
            if (isFromServer(packet) && has(packet, "tcp.analysis.ack_rtt")) {
                long now = nanos(packet.get("frame.time_epoch"));
                long rtt = nanos(packet.get("tcp.analysis.ack_rtt"));
                assertThat(samples).containsKey(now);
                if (samples.get(now) == rtt) {
                    same++;
                } else {
                    others++;
                }
                leastNanos = Math.min(leastNanos, rtt);
                mostNanos = Math.max(mostNanos, rtt);
            }
        }
        assertThat(same + others).isEqualTo(samples.size());
        assertThat(others).isLessThanOrEqualTo(sender.retrans());
        assertThat(same).isGreaterThan(20 * others);
        assertThat(sender.minRtt()).isCloseTo(leastNanos, Offset.offset(1000L));
        assertThat(sender.rtt()).isBetween(leastNanos, mostNanos);
    }

    private static long nanos(String seconds) {
        return new BigDecimal(seconds).movePointRight(9).longValueExact();
    }
}
