// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PathMtuTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long LARGE_WINDOW = 1 << 20;

    private final PathMtu path = new PathMtu();
    private long now = Long.MAX_VALUE - SECOND; // the clock wraps on the way

    private void open(int start, int bound) {
        path.open(start, bound, true, now);
    }

    /** Sends a probe over a path that carries so much. {@return its size, or 0 if none is due} */
    private int probe(int carries) {
        if (!path.isDue(now)) {
            return 0;
        }
        int size = path.nextProbeBytes(LARGE_WINDOW, 1 << 20);
        if (size > 0) {
            path.probeSent(size);
            assertThat(path.isDue(now)).as("one at a time").isFalse();
            assertThat(path.probedBytes()).isEqualTo(size);
            if (size <= carries) {
                assertThat(path.probeArrived(now)).isTrue();
            } else {
                path.probeLost(now);
            }
        }
        return size;
    }

    private List<Integer> search(int carries) {
        List<Integer> probes = new ArrayList<>();
        for (int seconds = 0; seconds < 100; seconds++) {
            for (int size = probe(carries); size > 0; size = probe(carries)) {
                probes.add(size);
            }
            now += SECOND;
        }
        return probes;
    }

    @Test
    void startsWithWhatPassesEverywhere() {
        assertThat(path.bytes()).isEqualTo(1228);
        assertThat(path.isDue(now)).as("before the handshake").isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 1280, 9000, 65_535, 1300})
    void anOrdinaryPathIsFoundByOneProbe(int mtu) {
        open(PathMtu.BASE_BYTES, mtu);
        assertThat(search(mtu)).containsExactly(mtu);
        assertThat(path.bytes()).isEqualTo(mtu);
        assertThat(path.isSearching()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // interface, path, found, probes at most
        "1500, 1492, 1492, 6",
        "1500, 1420, 1420, 11",
        "1500, 1400, 1400, 11",
        "1500, 1280, 1280, 13",
        "1500, 1228, 1228, 15",
        "9000, 1500, 1500, 4",
        "9000, 1492, 1492, 9",
        "65535, 1500, 1500, 11",
        "65535, 9000, 9000, 11",
        "1500, 1450, 1432, 12"
    })
    void aSmallerPathTakesThreeLostProbesForASize(int carrier, int carries, int found, int most) {
        open(PathMtu.BASE_BYTES, carrier);
        List<Integer> probes = search(carries);
        assertThat(path.bytes()).as("%s", probes).isEqualTo(found);
        assertThat(probes).hasSizeLessThanOrEqualTo(most);
        assertThat(path.isSearching()).isFalse();
    }

    @Test
    void aLostProbeIsFollowedByAnotherASecondLater() {
        open(PathMtu.BASE_BYTES, 1500);
        assertThat(probe(1400)).isEqualTo(1500);
        now += SECOND - 1;
        assertThat(path.isDue(now)).isFalse();
        now++;
        assertThat(probe(1400)).isEqualTo(1500);
        now += SECOND;
        assertThat(probe(1500)).as("the third arrives").isEqualTo(1500);
        assertThat(path.bytes()).isEqualTo(1500);
    }

    @Test
    void tenMinutesLaterLargerOnesAreTriedAgain() {
        open(PathMtu.BASE_BYTES, 1500);
        assertThat(search(1400)).isNotEmpty();
        now += 600 * SECOND;
        assertThat(path.isDue(now)).isTrue();
        assertThat(search(1500)).containsExactly(1500);
        assertThat(path.bytes()).isEqualTo(1500);
    }

    @Test
    void aWindowThatHoldsFewOfThemMakesThemWait() {
        open(PathMtu.BASE_BYTES, 65_535);
        assertThat(path.nextProbeBytes(4 * 1499, 1 << 20)).isZero();
        assertThat(path.nextProbeBytes(4 * 1500, 1 << 20)).isEqualTo(1500);
        assertThat(path.nextProbeBytes(4 * 9000, 1 << 20)).isEqualTo(9000);
        assertThat(path.nextProbeBytes(4 * 65_535, 1 << 20)).isEqualTo(65_535);
        assertThat(path.nextProbeBytes(LARGE_WINDOW, 10_000)).as("so much text").isEqualTo(9000);
    }

    @Test
    void withoutDiscoveryNothingIsTriedAndNothingGivenUp() {
        path.open(1500, 9000, false, now);
        assertThat(path.isDue(now)).isFalse();
        assertThat(path.isSearching()).isFalse();
        for (int i = 0; i < 10; i++) {
            assertThat(path.timedOut(1500, now)).isFalse();
        }
        assertThat(path.bytes()).isEqualTo(1500);
    }

    @Test
    void twoTimeoutsOfLargeSegmentsAreABlackHole() {
        open(PathMtu.BASE_BYTES, 1500);
        search(1500);
        assertThat(path.timedOut(1500, now)).isFalse();
        path.progressed();
        assertThat(path.timedOut(1500, now)).as("not in a row").isFalse();
        assertThat(path.timedOut(1228, now)).as("a small one says nothing").isFalse();
        assertThat(path.timedOut(1500, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        assertThat(path.isDue(now)).as("not at once").isFalse();
        now += SECOND;
        assertThat(search(1400)).startsWith(1500);
        assertThat(path.bytes()).isEqualTo(1400);
    }

    @Test
    void spuriousTimeoutsAreNoBlackHole() {
        open(9000, 9000);
        path.timedOut(9000, now);
        path.timedOut(9000, now);
        assertThat(path.timeoutsRefuted()).isTrue();
        assertThat(path.bytes()).isEqualTo(9000);
        assertThat(path.isDue(now)).as("nothing to look for").isFalse();
        assertThat(path.timeoutsRefuted()).as("twice").isFalse();
    }

    @Test
    void afterSpuriousTimeoutsTheSearchIsWhereItWas() {
        open(PathMtu.BASE_BYTES, 9000);
        search(1500);
        assertThat(path.isSearching()).isFalse();
        path.timedOut(1500, now);
        path.timedOut(1500, now);
        assertThat(path.timeoutsRefuted()).isTrue();
        assertThat(path.bytes()).isEqualTo(1500);
        assertThat(path.isSearching()).as("9000 was too large").isFalse();
        now += 10 * SECOND;
        assertThat(path.isDue(now)).as("the search rests").isFalse();
    }

    @Test
    void timeoutsThatWereBelievedAreNotTakenBackForAnothersSake() {
        open(PathMtu.BASE_BYTES, 1500);
        search(1500);
        path.timedOut(1500, now);
        path.timedOut(1500, now);
        path.timeoutsBelieved();
        path.timedOut(1228, now);
        assertThat(path.timeoutsRefuted()).isFalse();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
    }

    @Test
    void whatTheInterfaceCarriesNoMoreDoesNotComeBack() {
        open(9000, 9000);
        path.timedOut(9000, now);
        path.timedOut(9000, now);
        path.refused(9000, 1500, now);
        assertThat(path.timeoutsRefuted()).isFalse();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
    }

    @Test
    void aPathThatIsGivenAsLargeMayStillBeABlackHole() {
        open(9000, 9000);
        assertThat(path.isSearching()).isFalse();
        path.timedOut(9000, now);
        assertThat(path.timedOut(9000, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
    }

    @Test
    void aRefusalLowersTheBoundToTheInterface() {
        open(PathMtu.BASE_BYTES, 1500);
        search(1500);
        assertThat(path.refused(1500, 1400, now)).isTrue();
        assertThat(path.boundBytes()).isEqualTo(1400);
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        assertThat(path.refused(1500, 1400, now))
                .as("the next of the same flush leaves in pieces, too")
                .isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        now += SECOND;
        assertThat(search(1400)).containsExactly(1400);
    }

    @Test
    void aRefusalOfWhatTheInterfaceCarriesSaysNothingOnce() {
        open(PathMtu.BASE_BYTES, 1500);
        search(1500);
        for (int i = 0; i < 10; i++) {
            assertThat(path.refused(1500, 1500, now)).as("sent again").isTrue();
            path.accepted(1500);
        }
        assertThat(path.refused(1228, 1500, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(1500);
        assertThat(path.boundBytes()).isEqualTo(1500);
    }

    @Test
    void aHostThatInsistsGetsSmallerPacketsUntilItsBeliefEnds() {
        open(PathMtu.BASE_BYTES, 1500);
        search(1500);
        path.refused(1500, 1500, now);
        path.accepted(1000); // one that is smaller says nothing of the large
        assertThat(path.refused(1500, 1500, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        path.refused(PathMtu.BASE_BYTES, 1500, now);
        assertThat(path.refused(PathMtu.BASE_BYTES, 1500, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.LEAST_BYTES);
        assertThat(path.refused(PathMtu.LEAST_BYTES, 1500, now)).isTrue();
        assertThat(path.refused(PathMtu.LEAST_BYTES, 1500, now))
                .as("now it is for the timer")
                .isFalse();
        assertThat(path.bytes()).isEqualTo(PathMtu.LEAST_BYTES);
        now += SECOND;
        assertThat(search(1500)).containsExactly(1500);
    }

    @Test
    void theBaseIsFoundAgainFromBelow() {
        open(PathMtu.BASE_BYTES, 1500);
        for (int i = 0; i < 2; i++) {
            path.refused(PathMtu.BASE_BYTES, 1500, now);
        }
        assertThat(path.bytes()).isEqualTo(PathMtu.LEAST_BYTES);
        now += SECOND;
        assertThat(search(1250)).endsWith(PathMtu.BASE_BYTES);
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        assertThat(path.isSearching()).isFalse();
    }

    @Test
    void withoutDiscoveryOnlyTheInterfaceMakesPacketsSmaller() {
        path.open(1500, 1500, false, now);
        path.refused(1500, 1500, now);
        assertThat(path.refused(1500, 1500, now)).isFalse();
        assertThat(path.bytes()).isEqualTo(1500);
        assertThat(path.refused(1500, 1400, now)).isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
    }

    @Test
    void lossesOfOneSizeAreCountedTogether() {
        open(PathMtu.BASE_BYTES, 9000);
        for (int size : new int[] {1500, 1500, 9000, 9000, 1500}) {
            path.probeSent(size);
            path.probeLost(now);
        }
        now += SECOND;
        assertThat(path.nextProbeBytes(LARGE_WINDOW, 1 << 20))
                .as("none was lost thrice in a row")
                .isEqualTo(9000);
        path.probeSent(9000);
        path.probeArrived(now);
        assertThat(path.bytes()).isEqualTo(9000);
    }

    @Test
    void aProbeThatIsRefusedDoesNotCountAsLostAtANewBound() {
        open(PathMtu.BASE_BYTES, 1500);
        path.probeSent(path.nextProbeBytes(LARGE_WINDOW, 1 << 20));
        path.probeLost(now);
        assertThat(path.refused(1500, 1400, now)).as("it leaves in pieces").isTrue();
        assertThat(path.bytes()).isEqualTo(PathMtu.BASE_BYTES);
        now += SECOND;
        assertThat(search(1400)).containsExactly(1400);
    }
}
