// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.random.RandomGenerator;

/**
 * Decides what happens to each datagram of one direction.
 *
 * <p>Always draws the same number of random values for a datagram, so that the n-th datagram of a seed keeps its fate when
 * another figure of the profile changes.
 */
final class Impairment {

    /**
     * What happens to one datagram.
     *
     * @param jitterNanos what it takes longer, in order
     * @param heldNanos what it takes longer on top, while others may overtake it
     */
    record Fate(boolean lost, boolean duplicated, long jitterNanos, long heldNanos) {}

    private final ImpairmentProfile profile;
    private final RandomGenerator random;

    Impairment(ImpairmentProfile profile, RandomGenerator random) {
        this.profile = profile;
        this.random = random;
    }

    /** {@return the fate of the next datagram} */
    Fate next() {
        boolean lost = random.nextDouble() < profile.loss();
        boolean duplicated = random.nextDouble() < profile.duplicate();
        boolean held = random.nextDouble() < profile.reorder();
        double heldShare = 1 - random.nextDouble();
        double jitterShare = random.nextDouble();
        return new Fate(
                lost,
                duplicated,
                (long) (jitterShare * profile.jitter().toNanos()),
                held ? (long) (heldShare * profile.reorderBy().toNanos()) : 0);
    }
}
