// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InitialSequenceNumbersTest {

    private static final int UDP_PORT = 8080;
    private static final long SECOND = 1_000_000_000;

    private final InitialSequenceNumbers numbers = new InitialSequenceNumbers(new SipHash(1, 2), new SipHash(3, 4));

    private static ConnectionKey key(int remoteTcpPort) {
        return ConnectionKey.of(new InetSocketAddress("192.0.2.1", 40_000), 443, remoteTcpPort);
    }

    // RFC 9293: MUST-8.
    @Test
    void growsWithTheClockForOneName() {
        ConnectionKey key = key(1);
        int first = numbers.next(key, UDP_PORT, 0);
        assertThat(numbers.next(key, UDP_PORT, 63)).isEqualTo(first);
        assertThat(numbers.next(key, UDP_PORT, 64)).isEqualTo(first + 1);
        assertThat(numbers.next(key, UDP_PORT, SECOND)).isEqualTo(first + (int) (SECOND / 64));
        // 60 s, the TIME-WAIT of RFC 9293 with a maximum segment lifetime of 30 s, is well within half the number
        // space.
        assertThat(numbers.next(key, UDP_PORT, 60 * SECOND) - first).isPositive();
    }

    @Test
    void growsWhileTheClockWrapsAndWhileItIsNegative() {
        ConnectionKey key = key(1);
        assertThat(numbers.next(key, UDP_PORT, Long.MIN_VALUE) - numbers.next(key, UDP_PORT, Long.MAX_VALUE))
                .isEqualTo(1);
        assertThat(numbers.next(key, UDP_PORT, 0) - numbers.next(key, UDP_PORT, -64))
                .isEqualTo(1);
        assertThat(numbers.next(key, UDP_PORT, 0) - numbers.next(key, UDP_PORT, -1))
                .isEqualTo(1);
        assertThat(numbers.next(key, UDP_PORT, -64) - numbers.next(key, UDP_PORT, -6400))
                .isEqualTo(99);
    }

    // RFC 9293: SHLD-1.
    @Test
    void everyPartOfTheNameMatters() {
        Set<Integer> seen = new HashSet<>();
        Set<Integer> offsets = new HashSet<>();
        long[][] names = {
            {0, 0xffff_c000_0201L, 1, 2, 3, 4},
            {1, 0xffff_c000_0201L, 1, 2, 3, 4},
            {0, 0xffff_c000_0202L, 1, 2, 3, 4},
            {0, 0xffff_c000_0201L, 9, 2, 3, 4},
            {0, 0xffff_c000_0201L, 1, 9, 3, 4},
            {0, 0xffff_c000_0201L, 1, 2, 9, 4},
            {0, 0xffff_c000_0201L, 1, 2, 3, 9},
            {0, 0xffff_c000_0201L, 4, 3, 2, 1},
        };
        for (long[] n : names) {
            seen.add(numbers.next(n[0], n[1], (int) n[2], (int) n[3], (int) n[4], (int) n[5], 0));
            offsets.add(numbers.timestampOffset(n[0], n[1], (int) n[2], (int) n[3], (int) n[4], (int) n[5]));
        }
        assertThat(seen).hasSize(names.length);
        assertThat(offsets).hasSize(names.length).doesNotContainAnyElementsOf(seen);
    }

    @Test
    void theKeyObjectAndItsPartsGiveTheSame() {
        ConnectionKey key = key(3);
        assertThat(numbers.next(key, UDP_PORT, 77_777))
                .isEqualTo(numbers.next(key.remoteHi(), key.remoteLo(), 40_000, 443, 3, UDP_PORT, 77_777));
        assertThat(numbers.timestampOffset(key, UDP_PORT))
                .isEqualTo(numbers.timestampOffset(key.remoteHi(), key.remoteLo(), 40_000, 443, 3, UDP_PORT));
    }

    @Test
    void differencesBetweenNeighbouringNamesAreUniform() {
        assertUniform(port -> numbers.next(key(port), UDP_PORT, 0) - numbers.next(key(port - 1), UDP_PORT, 0));
        assertUniform(port ->
                numbers.timestampOffset(key(port), UDP_PORT) - numbers.timestampOffset(key(port - 1), UDP_PORT));
    }

    /** Chi-square over 256 buckets of the upper and of the lower byte; 400 is far beyond the 0.999999 quantile (377). */
    private static void assertUniform(IntUnaryOperator difference) {
        int[] upper = new int[256];
        int[] lower = new int[256];
        int samples = 65_535;
        for (int port = 1; port <= samples; port++) {
            int value = difference.applyAsInt(port);
            upper[value >>> 24]++;
            lower[value & 0xff]++;
        }
        for (int[] counts : new int[][] {upper, lower}) {
            double expected = samples / 256.0;
            double chiSquare = 0;
            for (int count : counts) {
                chiSquare += (count - expected) * (count - expected) / expected;
            }
            assertThat(chiSquare).isBetween(130.0, 400.0);
        }
    }

    // RFC 9293: MUST-9.
    @Test
    void anotherProcessHasOtherNumbersAndThisOneKeepsItsOwn() {
        InitialSequenceNumbers ours = InitialSequenceNumbers.ofProcess();
        assertThat(InitialSequenceNumbers.ofProcess()).isSameAs(ours);
        assertThat(ours.next(key(1), UDP_PORT, 0)).isNotEqualTo(numbers.next(key(1), UDP_PORT, 0));
        assertThat(ours.timestampOffset(key(1), UDP_PORT)).isNotEqualTo(numbers.timestampOffset(key(1), UDP_PORT));
    }

    // RFC 6056 section 3.1: any port, and nobody who has seen some can tell the next, or that of another peer.
    @Test
    void portsAreDrawnFromTheWholeRangeEvenly() {
        int bound = 31_744;
        int bins = 31;
        int draws = 62_000;
        int[] seen = new int[bins];
        for (int draw = 0; draw < draws; draw++) {
            int offset = numbers.portOffset(key(1), draw, bound);
            assertThat(offset).isBetween(0, bound - 1);
            seen[offset / (bound / bins)]++;
        }
        double chiSquare = 0;
        for (int count : seen) {
            chiSquare += Math.pow(count - draws / bins, 2) / (draws / bins);
        }
        // 30 degrees of freedom: 59.7 in one case of a thousand.
        assertThat(chiSquare).isLessThan(59.7);
    }

    @Test
    void aPortTellsNothingOfTheNextNorOfThoseTowardsOthers() {
        int bound = 31_744;
        int following = 0;
        int alike = 0;
        for (int draw = 0; draw < 1000; draw++) {
            int offset = numbers.portOffset(key(1), draw, bound);
            following += Math.abs(numbers.portOffset(key(1), draw + 1, bound) - offset) < 32 ? 1 : 0;
            alike += numbers.portOffset(key(2), draw, bound) == offset ? 1 : 0;
        }
        // By chance two in a thousand, and none.
        assertThat(following).isLessThan(15);
        assertThat(alike).isLessThan(4);
    }

    /** Our own port is what is sought, so it has no part in it. */
    @Test
    void theDrawOfAPortDependsOnThePeerAlone() {
        ConnectionKey other = ConnectionKey.of(new InetSocketAddress("192.0.2.1", 40_000), 444, 1);
        assertThat(numbers.portOffset(other, 7, 31_744)).isEqualTo(numbers.portOffset(key(1), 7, 31_744));
        assertThat(new InitialSequenceNumbers(new SecureRandom()).portOffset(other, 7, 1 << 30))
                .isNotEqualTo(numbers.portOffset(other, 7, 1 << 30));
    }
}
