// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The last segments before a pause draw no acknowledgment when they are lost. A probe asks for it, long before the
 * retransmission timeout (RFC 8985 section 7).
 */
class TailLossTest extends ScenarioTest {

    private static final double WAY_MILLIS = 10;
    private static final double TIMER_TICK_MILLIS = 1;
    private static final double LEAST_VARIATION_MILLIS = 2;
    /** What our own ends announce: how long they may wait with an acknowledgment, and with that of a lone PSH segment. */
    private static final double ACK_DELAY_MILLIS = 25;

    private static final double LONE_ACK_DELAY_MILLIS = 8;

    private ConnectedScenario connected() {
        return new ConnectedScenario(
                scenario(1).path(LinkProfile.IDEAL.delay(Duration.ofNanos((long) (WAY_MILLIS * 1e6)))));
    }

    /** PTO: SRTT + max(4 RTTVAR, 2 ms) + what the peer may wait. */
    private static double probeTimeoutMillis(TcpInfo info, double ackDelayMillis) {
        return info.rtt() / 1e6 + Math.max(4 * info.rttvar() / 1e6, LEAST_VARIATION_MILLIS) + ackDelayMillis;
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 3_000, 10_000})
    void aLostTailIsRepairedByAProbe(int bytes) {
        try (ConnectedScenario c = connected().warmedUp()) {
            // Section 7.2: the acknowledgment of what came before the tail begins the wait anew, a round trip later.
            double latest = bytes == 256
                    ? probeTimeoutMillis(c.info(), LONE_ACK_DELAY_MILLIS)
                    : 2 * WAY_MILLIS + probeTimeoutMillis(c.info(), ACK_DELAY_MILLIS);
            long begin = c.nowNanos();
            long end = c.talker().written() + bytes;
            c.scenario().dropFirst(1, s -> s.fromClient() && s.hasText() && s.offset() + s.length() == end);
            c.writes(bytes);
            c.untilAllIsRead();
            assertThat(c.millisFromWireToReader(end - 1))
                    .isBetween(2 * WAY_MILLIS + WAY_MILLIS, latest + WAY_MILLIS + 2 * TIMER_TICK_MILLIS);
            c.scenario().advance(Duration.ofSeconds(1));
            assertThat(c.textSince(begin)).filteredOn(Sighting::retransmission).hasSize(1);
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // Section 7.4.2: a repaired loss is a loss, and reduces the window once.
    @Test
    void aTailOfSeveralSegmentsIsFoundFromTheAnswerToTheProbe() {
        try (ConnectedScenario c = connected().warmedUp()) {
            long begin = c.nowNanos();
            long first = c.talker().written();
            c.scenario().drop(s -> s.fromClient() && s.hasText() && !s.retransmission() && s.offset() >= first + 3000);
            c.writes(9_000);
            c.untilAllIsRead();
            double probeTimeout = 2 * WAY_MILLIS + probeTimeoutMillis(c.info(), ACK_DELAY_MILLIS);
            assertThat(c.millisFromWireToReader(first + 8_999))
                    .isLessThan(probeTimeout + 3 * WAY_MILLIS + 3 * TIMER_TICK_MILLIS);
            assertThat(c.textSince(begin)).filteredOn(Sighting::isLost).hasSizeGreaterThan(3);
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // Section 7.3: one probe at a time; when that is lost too, the retransmission timer repairs it.
    @Test
    void aLostProbeLeavesItToTheTimeout() {
        try (ConnectedScenario c = connected().warmedUp()) {
            long begin = c.nowNanos();
            TcpInfo before = c.info();
            long tail = c.talker().written();
            c.scenario().dropFirst(2, s -> s.fromClient() && s.hasText() && s.offset() >= tail);
            c.writes(256);
            c.untilAllIsRead();
            assertThat(c.info().timeouts()).isEqualTo(1);
            assertThat(c.millisFromWireToReader(tail + 255))
                    .isLessThan(
                            probeTimeoutMillis(before, LONE_ACK_DELAY_MILLIS) + before.rto() / 1e6 + WAY_MILLIS + 3);
            c.scenario().advance(Duration.ofSeconds(1));
            assertThat(c.textSince(begin)).hasSize(3);
        }
    }

    @Test
    void nothingIsProbedWhereNothingIsLost() {
        try (ConnectedScenario c = connected().warmedUp()) {
            for (int i = 0; i < 50; i++) {
                c.writes(256 + 700 * (i % 7));
                c.scenario().advance(Duration.ofMillis(150));
            }
            assertThat(c.scenario().ledger().up().retransmittedSegments()).isZero();
        }
    }

    // Section 7.2: with more to send and room in the windows the probe is new text.
    @Test
    void aLostAcknowledgmentDrawsOneProbeAndCostsNoWindow() {
        try (ConnectedScenario c = connected().warmedUp()) {
            long begin = c.nowNanos();
            long cwnd = c.info().cwnd();
            c.scenario().dropFirst(1, s -> !s.fromClient() && s.isPureAck() && s.nanos() >= begin);
            c.writes(256);
            c.scenario().advance(Duration.ofSeconds(1));
            assertThat(c.textSince(begin)).hasSize(2);
            assertThat(c.info().timeouts()).isZero();
            // Section 7.4.2: the duplicate is reported (RFC 2883), so nothing was lost.
            assertThat(c.info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        }
    }
}
