// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The values of each curve, from events that are known. Positions count from the SYN, which is 0. */
class ConnectionTraceTest {

    private static List<String> values(Samples samples) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            String value = (long) (samples.x(i) / 1e6) + ":"
                    + (Double.isNaN(samples.y(i)) ? "gap" : String.valueOf((long) samples.y(i)));
            values.add(samples.hasEnds() ? value + "-" + (long) samples.end(i) : value);
        }
        return values;
    }

    @Test
    void whatWasSentStandsAtItsSequenceNumbersAcrossTheWrap() throws IOException {
        Sending sending = HandTrace.client().sending;
        assertThat(values(sending.sent)).containsExactly("1:0-1", "12:1-3001");
        assertThat(values(sending.retransmitted)).containsExactly("23:1001-2001");
        assertThat(values(sending.probes)).containsExactly("124:2001-3001");
        assertThat(sending.segments()).isEqualTo(5);
        assertThat(sending.repetitions()).isEqualTo(1);
    }

    @Test
    void whatIsAcknowledgedAndLostStandsThereToo() throws IOException {
        Sending sending = HandTrace.client().sending;
        assertThat(values(sending.acknowledged)).containsExactly("11:1", "22:1001", "131:3001");
        assertThat(values(sending.lost)).containsExactly("23:1001");
        assertThat(values(sending.timeouts)).containsExactly("123:1001");
        assertThat(sending.lostBytes()).isEqualTo(1000);
    }

    @Test
    void theWindowEdgeFollowsTheAcknowledgmentAndItsWindow() throws IOException {
        assertThat(values(HandTrace.client().sending.edge)).containsExactly("11:65536", "22:66536", "131:3001");
    }

    @Test
    void flightIsWhatIsSentAndNotAcknowledged() throws IOException {
        assertThat(values(HandTrace.client().sending.flight))
                .containsExactly("1:1", "11:0", "12:3000", "22:2000", "131:0");
    }

    @Test
    void windowsAreAsTold() throws IOException {
        ConnectionTrace client = HandTrace.client();
        assertThat(values(client.cwnd)).containsExactly("11:14480", "23:10136");
        assertThat(values(client.ssthresh)).containsExactly("11:gap", "23:10136");
        assertThat(values(client.pipe)).containsExactly("11:0", "23:1000");
    }

    @Test
    void roundTripsAndTimeoutsAreAsTold() throws IOException {
        ConnectionTrace client = HandTrace.client();
        assertThat(values(client.roundTrip)).containsExactly("11:10000000");
        assertThat(values(client.srtt)).containsExactly("11:10000000");
        assertThat(values(client.rto)).containsExactly("11:1000000000");
        assertThat(values(client.expired)).containsExactly("123:100000000");
        assertThat(client.undone()).isEqualTo(1);
    }

    /** Limits are told as they change, and nobody tells of the first. */
    @Test
    void itIsIdleFromTheEndOfTheHandshakeUntilSomethingLimits() throws IOException {
        ConnectionTrace connection =
                HandTrace.read(HandTrace.HEAD + """
                        {"e":"sent","c":1,"t":1000000,"seq":9,"textBytes":0,"segments":1,"controlBits":2}
                        {"e":"established","c":1,"t":11000000,"iss":9,"irs":1,"mssBytes":1400,"sndScale":0,"rcvScale":0,"sack":true,"timestamps":true}
                        {"e":"limit","c":1,"t":51000000,"before":"IDLE","limit":"APPLICATION"}
                        {"e":"roundTrip","c":1,"t":91000000,"sampleNanos":1,"srttNanos":1,"rttvarNanos":1,"rtoNanos":1}
                        {"e":"end","t":91000000,"events":4,"dropped":0}
                        """).connections().get(0);
        assertThat(values(connection.limits.of("IDLE"))).containsExactly("11:0-51000000");
        assertThat(values(connection.limits.of("APPLICATION"))).containsExactly("51:0-91000000");
    }

    @Test
    void spellsLastUntilTheNextOneBegins() throws IOException {
        ConnectionTrace client = HandTrace.client();
        assertThat(values(client.limits.of("CONGESTION_WINDOW"))).containsExactly("11:0-131000000");
        assertThat(values(client.limits.of("RECEIVE_WINDOW"))).containsExactly("131:0-191000000");
        assertThat(client.limits.of("IDLE")).as("it lasted no time").isNull();
        assertThat(values(client.recovery.of("RECOVERY"))).containsExactly("23:0-131000000");
        assertThat(client.limits.nanos("RECEIVE_WINDOW", 171e6, 300e6)).isEqualTo(20e6);
    }

    @Test
    void whatComesIsInOrderOutOfOrderOrThereAlready() throws IOException {
        Receiving receiving = HandTrace.read(HandTrace.SERVER).connections().get(0).receiving;
        assertThat(values(receiving.inOrder)).containsExactly("506:0-1", "517:1-1001", "528:1001-2001");
        assertThat(values(receiving.outOfOrder)).containsExactly("518:2001-3001");
        assertThat(values(receiving.duplicate)).containsExactly("529:2001-3001");
        assertThat(values(receiving.next)).containsExactly("506:1", "517:1001", "528:3001");
    }

    @Test
    void theEdgeOfTheReceiveBufferIsAheadOfWhatIsComplete() throws IOException {
        assertThat(values(HandTrace.client().receiving.edge)).containsExactly("131:131573");
    }

    @Test
    void bothEndsFindEachOtherByTheirSequenceNumbersAndShareATime() throws IOException {
        Trace client = HandTrace.read(HandTrace.CLIENT);
        Trace server = TraceReader.read(
                Path.of("server.jsonl"),
                new ByteArrayInputStream(HandTrace.SERVER.getBytes(StandardCharsets.UTF_8)),
                client.began());
        ConnectionTrace here = client.connections().get(0);
        ConnectionTrace there = server.connections().get(0);
        assertThat(here.isOtherEndOf(there)).isTrue();
        assertThat(there.isOtherEndOf(here)).isTrue();
        assertThat(here.isOtherEndOf(here)).isFalse();
        assertThat(there.firstNanos())
                .as("half a second earlier began its trace")
                .isEqualTo(6e6);
    }
}
