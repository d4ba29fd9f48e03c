// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * RFC 9293 section 3.8.6.2.1: data is sent (1) if a segment of the maximum size can be sent, (2) if it is pushed and all of
 * it can be sent now, (3) if at least half of the largest window that the peer ever offered can be sent. Nagle's algorithm
 * (section 3.7.4) allows (2) and (3) only when nothing is unacknowledged. (4), the override timeout, is the handler's.
 */
class UsableWindowTest {

    private static final int MSS = 1000;
    private static final long WIDE = Long.MAX_VALUE;
    private static final int ISS = -2000;

    /** A connection whose peer has offered {@code maxWindow} at most, now {@code window}, with text outstanding. */
    private static SendSequenceSpace snd(int maxWindow, int window, int outstanding) {
        SendSequenceSpace snd = new SendSequenceSpace(ISS);
        snd.sent(1);
        snd.acknowledged(ISS + 1);
        snd.initialWindow(maxWindow, 0, ISS + 1);
        snd.updateWindow(1, ISS + 1, window);
        snd.sent(outstanding);
        return snd;
    }

    private static int sendable(SendSequenceSpace snd, int unsent, long room, boolean noDelay) {
        return UsableWindow.sendableBytes(
                snd, unsent, room, MSS, noDelay ? SmallSegments.LEAVE_AT_ONCE : SmallSegments.ONE_AT_A_TIME);
    }

    @ParameterizedTest(name = "window {0} of {1}, {2} outstanding, {3} unsent, room {4}: {5} without Nagle, {6} with")
    @CsvSource({
        // nothing limits: all of it, but with Nagle a rest waits while something is unacknowledged
        "100000, 100000,    0,   10, 100000,   10,   10",
        "100000, 100000, 5000,   10, 100000,   10,    0",
        "100000, 100000, 5000, 1000, 100000, 1000, 1000",
        "100000, 100000, 5000, 2500, 100000, 2500, 2000",
        "100000, 100000,    0,  500, 100000,  500,  500",
        // ... and the full segments in front of it are unacknowledged, too
        "100000, 100000,    0, 2500, 100000, 2500, 2000",
        // the congestion window limits: whole segments only, whatever is outstanding
        "100000, 100000,    0, 9000,   4999, 4000, 4000",
        "100000, 100000, 5000, 9000,    999,    0,    0",
        "100000, 100000, 5000, 9000,      0,    0,    0",
        "100000, 100000, 5000, 9000,   -500,    0,    0",
        // ... but all of the rest, if it fits
        "100000, 100000, 5000,  500,    500,  500,    0",
        // the peer's window limits, (1): whole segments
        " 10000, 100000, 7000, 9000, 100000, 3000, 3000",
        " 10000, 100000, 7500, 9000, 100000, 2000, 2000",
        // (2) pushed, and all of it fits to the last byte
        " 10000, 100000, 9500,  500, 100000,  500,    0",
        // (3) less than a segment and less than half the largest window: not now
        "   900, 100000,    0, 9000, 100000,    0,    0",
        "   900,   1801,    0, 9000, 100000,  900,  900",
        "   900,   1802,    0, 9000, 100000,    0,    0",
        // (3) a peer whose window is smaller than a segment gets half of it, with Nagle only when nothing is
        // outstanding
        "   600,    600,    0, 9000, 100000,  600,  600",
        "   600,    600,  300, 9000, 100000,  300,    0",
        "   600,    600,  301, 9000, 100000,    0,    0",
        // closed, or overdrawn because the peer has shrunk it
        "     0, 100000,    0, 9000, 100000,    0,    0",
        "  3000, 100000, 4000, 9000, 100000,    0,    0",
    })
    void rfc9293Section3_8_6_2_1(
            int window, int maxWindow, int outstanding, int unsent, long room, int noDelay, int nagle) {
        SendSequenceSpace snd = snd(maxWindow, window, outstanding);
        assertThat(sendable(snd, unsent, room, true)).as("without Nagle").isEqualTo(noDelay);
        assertThat(sendable(snd, unsent, room, false)).as("with Nagle").isEqualTo(nagle);
    }

    @Nested
    class Fin {

        /** Nothing more will ever come that the rest could wait for. */
        @Test
        void endsTheWaitOfNagle() {
            SendSequenceSpace snd = snd(100_000, 100_000, 5000);
            snd.queueFin(ISS + 1 + 5010);
            assertThat(sendable(snd, 10, WIDE, false)).isEqualTo(10);
        }

        @Test
        void doesNotWidenTheWindow() {
            SendSequenceSpace snd = snd(100_000, 5005, 5000);
            snd.queueFin(ISS + 1 + 5010);
            assertThat(sendable(snd, 10, WIDE, false)).isZero();
        }
    }

    /** Whole segments only, whatever limits; the end of the stream lets go of the rest. */
    @ParameterizedTest(name = "window {0} (largest {1}), outstanding {2}, unsent {3}, room {4}: {5}")
    @CsvSource({
        "100000, 100000,    0,  999, 100000,    0",
        "100000, 100000,    0, 1000, 100000, 1000",
        "100000, 100000,    0, 9500, 100000, 9000",
        "100000, 100000, 3000, 9500, 100000, 9000",
        "  2500, 100000,    0, 9500, 100000, 2000",
        "100000, 100000,    0, 9500,   2500, 2000",
        "   900,   1000,    0, 9500, 100000,    0",
    })
    void corked(int window, int maxWindow, int outstanding, int unsent, long room, int expected) {
        SendSequenceSpace snd = snd(maxWindow, window, outstanding);
        assertThat(UsableWindow.sendableBytes(snd, unsent, room, MSS, SmallSegments.WAIT_FOR_MORE))
                .isEqualTo(expected);
        snd.queueFin(ISS + 1 + outstanding + unsent);
        if (unsent <= Math.min(window - outstanding, room)) {
            assertThat(UsableWindow.sendableBytes(snd, unsent, room, MSS, SmallSegments.WAIT_FOR_MORE))
                    .isEqualTo(unsent);
        }
    }

    @Test
    void theLargestWindowOfRfc7323() {
        int largest = 65_535 << 14;
        SendSequenceSpace snd = snd(largest, largest, 0);
        assertThat(sendable(snd, Integer.MAX_VALUE, WIDE, true)).isEqualTo(largest - largest % MSS);
        assertThat(sendable(snd(largest, largest, largest), 5, WIDE, true)).isZero();
    }
}
