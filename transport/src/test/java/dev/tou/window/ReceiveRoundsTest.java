// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ReceiveRoundsTest {

    private static final long MS = 1_000_000;
    private static final int NXT = -5000;
    private static final int EDGE = NXT + 100_000;

    private final ReceiveRounds rounds = new ReceiveRounds();
    private long now = 77 * MS;

    private void begin(long rtt, boolean timestamps) {
        rounds.begin(rtt, timestamps, NXT, now);
    }

    @Test
    void theHandshakeIsTheFirstEstimate() {
        begin(123_456, true);
        assertThat(rounds.rttNanos()).isEqualTo(123_456);
        assertThat(rounds.arrivedBytes()).isZero();
    }

    /** The clock counts milliseconds: an echo can only contradict what differs by more. */
    @Test
    void anEchoThatFitsLeavesTheFinerEstimate() {
        begin(123_456, true);
        rounds.onEcho(10, 10);
        rounds.onEcho(11, 12);
        assertThat(rounds.rttNanos()).isEqualTo(123_456);
    }

    @Test
    void aShorterEchoIsBelievedAtOnce() {
        begin(300 * MS, true);
        rounds.onEcho(-5, 35);
        assertThat(rounds.rttNanos()).isEqualTo(41 * MS);
    }

    /** One that is longer may come from a sender that had nothing to say; a path that became longer repeats it. */
    @Test
    void aLongerEchoIsBelievedSlowly() {
        begin(20 * MS, true);
        rounds.onEcho(0, 1000);
        assertThat(rounds.rttNanos()).isCloseTo(142 * MS, within(MS));
        rounds.onEcho(1, 21);
        assertThat(rounds.rttNanos()).isEqualTo(21 * MS);
        for (int i = 2; i < 50; i++) {
            rounds.onEcho(i, i + 60);
        }
        assertThat(rounds.rttNanos()).isCloseTo(59 * MS, within(2 * MS));
    }

    /** Of the segments that one acknowledgment has let go, only the first tells how long that took. */
    @Test
    void anEchoCountsOnce() {
        begin(20 * MS, true);
        rounds.onEcho(0, 20);
        for (int i = 0; i < 100; i++) {
            rounds.onEcho(0, 20 + i);
        }
        assertThat(rounds.rttNanos()).isEqualTo(20 * MS);
    }

    @Test
    void anEchoOfTheFutureIsNone() {
        begin(20 * MS, true);
        rounds.onEcho(100, 20);
        assertThat(rounds.rttNanos()).isEqualTo(20 * MS);
    }

    @Test
    void withoutAHandshakeTheFirstEchoCounts() {
        begin(0, true);
        rounds.onEcho(0, 30);
        assertThat(rounds.rttNanos()).isEqualTo(29 * MS);
    }

    @Test
    void whatComesInARoundTripIsCounted() {
        begin(10 * MS, true);
        int nxt = NXT;
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < 10; i++) {
                now += MS;
                nxt += 1000 * round;
                rounds.onText(nxt, EDGE, now);
            }
            assertThat(rounds.arrivedBytes()).isEqualTo(10_000 * round);
        }
        // A second of silence, and what came then was not in flight all that time.
        now += 990 * MS;
        rounds.onText(nxt + 100_000, EDGE, now);
        assertThat(rounds.arrivedBytes()).isCloseTo(1000, within(20));
    }

    /** The clock may show anything, zero too. */
    @Test
    void aMeasurementMayBeginAtZero() {
        now = 0;
        begin(0, false);
        rounds.onText(NXT + 1000, NXT + 20_000, now);
        now += 30 * MS;
        rounds.onText(NXT + 20_000, NXT + 40_000, now);
        assertThat(rounds.rttNanos()).isEqualTo(30 * MS);
    }

    /** Without timestamps: no window comes in less than a round trip, and the least of them is nearest to it. */
    @Test
    void aWindowThatHasComeMeasuresTheRoundTrip() {
        begin(0, false);
        rounds.onText(NXT + 1000, NXT + 20_000, now);
        now += 30 * MS;
        rounds.onText(NXT + 19_999, NXT + 40_000, now);
        assertThat(rounds.rttNanos()).as("not all of it").isZero();
        rounds.onText(NXT + 20_000, NXT + 40_000, now);
        assertThat(rounds.rttNanos()).isEqualTo(30 * MS);
        now += 25 * MS;
        rounds.onText(NXT + 40_000, NXT + 60_000, now);
        assertThat(rounds.rttNanos()).isEqualTo(25 * MS);
        now += 80 * MS;
        rounds.onText(NXT + 60_000, NXT + 80_000, now);
        assertThat(rounds.rttNanos())
                .as("the sender was not limited by the window")
                .isEqualTo(25 * MS);
    }
}
