// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReceiveAutotuningTest {

    private static final long MS = 1_000_000;
    private static final long RTT = 50 * MS;
    private static final int START = ReceiveAutotuning.INITIAL_BYTES;
    private static final int MAX = ReceiveAutotuning.DEFAULT_MAX_BYTES;

    private final ReceiveAutotuning autotuning = new ReceiveAutotuning(MAX, MAX);
    private int taken = -1000;
    private long now = 5 * MS;

    private int takesInARound(int bytes) {
        int capacity = 0;
        for (int i = 0; i < 10; i++) {
            now += RTT / 10;
            taken += bytes / 10;
            capacity = autotuning.onRead(taken, RTT, now);
        }
        return capacity;
    }

    @Test
    void itBeginsSmall() {
        assertThat(autotuning.capacityBytes()).isEqualTo(START);
        assertThat(autotuning.onRead(taken, RTT, now)).isEqualTo(START);
        assertThat(new ReceiveAutotuning(MAX, 4000).capacityBytes()).isEqualTo(4000);
        assertThat(new ReceiveAutotuning(5000, 1 << 20).capacityBytes()).isEqualTo(5000);
    }

    /** A sender in slow start has in flight, a round trip after it was measured, twice what came, and twice that soon. */
    @Test
    void aSenderInSlowStartIsNeverLimited() {
        autotuning.onRead(taken, RTT, now);
        for (int flight = 12_000; 4 * flight <= MAX; flight *= 2) {
            assertThat(autotuning.capacityBytes()).isGreaterThanOrEqualTo(2 * flight);
            assertThat(takesInARound(flight)).isGreaterThanOrEqualTo(Math.min(MAX, 4 * flight));
        }
    }

    @Test
    void aSteadyReaderHasTwiceWhatItTakes() {
        autotuning.onRead(taken, RTT, now);
        takesInARound(300_000);
        int first = takesInARound(300_000);
        assertThat(first).isBetween(600_000, 1_200_000);
        for (int i = 0; i < 100; i++) {
            assertThat(takesInARound(300_000)).isEqualTo(first);
        }
    }

    @Test
    void aWindowThatLimitsGrows() {
        autotuning.onRead(taken, RTT, now);
        int rounds = 0;
        while (autotuning.capacityBytes() < MAX) {
            takesInARound(autotuning.capacityBytes());
            assertThat(++rounds).as("round trips to the top").isLessThanOrEqualTo(5);
        }
        assertThat(autotuning.capacityBytes()).isEqualTo(MAX);
    }

    /** The round trip may be underestimated by half, and the window still grows if it limits. */
    @Test
    void anUnderestimatedRoundTripDoesNotStopIt() {
        autotuning.onRead(taken, RTT, now);
        for (int i = 0; i < 30; i++) {
            takesInARound(autotuning.capacityBytes() / 2);
        }
        assertThat(autotuning.capacityBytes()).isEqualTo(MAX);
    }

    @Test
    void whoDoesNotReadGetsNoLargerBuffer() {
        autotuning.onRead(taken, RTT, now);
        for (int i = 0; i < 100; i++) {
            now += RTT;
            assertThat(autotuning.onRead(taken, RTT, now)).isEqualTo(START);
        }
        takesInARound(1000);
        takesInARound(1000);
        assertThat(autotuning.capacityBytes()).isEqualTo(START);
    }

    /** What a busy loop leaves in the socket: all of a window on a short path, a part of it on a long one. */
    @ParameterizedTest(name = "RTT {0} ms, a socket of {1}: at most {2}")
    @CsvSource({
        "1, 200000, 200000",
        "10, 200000, 200000",
        "19, 200000, 200000",
        "50, 200000, 1000000",
        "300, 200000, 6000000",
        "500, 200000, 6291456",
        "500, 4194304, 6291456",
        "1, 4194304, 4194304",
    })
    void theSocketBoundsIt(long rttMillis, int socket, int most) {
        ReceiveAutotuning bounded = new ReceiveAutotuning(MAX, socket);
        bounded.onRead(0, rttMillis * MS, now);
        for (int i = 1; i <= 20; i++) {
            bounded.onRead(i * (MAX / 2), rttMillis * MS, now + i * 1000 * MS);
        }
        assertThat(bounded.capacityBytes()).isEqualTo(most);
    }
}
