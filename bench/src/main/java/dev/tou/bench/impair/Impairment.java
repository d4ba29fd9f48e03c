// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;

/**
 * Decides what happens to each datagram, by its number: every figure has its own stream of random numbers, of which a
 * datagram takes one, whatever becomes of it. So the n-th datagram of a seed has the same fate in every run, and a change
 * of one figure does not change which ones another meets.
 */
final class Impairment {

    /**
     * What happens to one datagram.
     *
     * @param corrupted damaged where a checksum sees it
     * @param flipped where in the datagram a bit is flipped, as a share of its bits; negative for nowhere
     * @param jitterNanos what it takes longer, in order
     * @param heldNanos what it takes longer on top, while others may overtake it
     */
    record Fate(
            boolean lost, boolean corrupted, double flipped, boolean duplicated, long jitterNanos, long heldNanos) {}

    private final ImpairmentProfile profile;
    private final RandomGenerator[] streams;
    private final RandomGenerator bits;
    private final double goodToBad;
    private final double staysBad;
    private boolean bad;

    Impairment(ImpairmentProfile profile, SplittableGenerator random) {
        this.profile = profile;
        this.bits = random.split();
        this.streams =
                Arrays.stream(LinkFigure.values()).map(figure -> random.split()).toArray(RandomGenerator[]::new);
        this.goodToBad = profile.goodToBad();
        this.staysBad = 1 - profile.badToGood();
    }

    /** {@return the fate of the next datagram} */
    Fate next() {
        bad = draw(LinkFigure.BURST_LOSS) < (bad ? staysBad : goodToBad);
        boolean lost = meets(LinkFigure.LOSS) || bad;
        boolean held = meets(LinkFigure.REORDER);
        double heldShare = 1 - draw(LinkFigure.REORDER_BY);
        double bit = bits.nextDouble();
        return new Fate(
                lost,
                meets(LinkFigure.CORRUPT),
                meets(LinkFigure.CORRUPT_UNDETECTED) ? bit : -1,
                meets(LinkFigure.DUPLICATE),
                (long) (draw(LinkFigure.JITTER) * profile.get(LinkFigure.JITTER)),
                held ? (long) (heldShare * profile.get(LinkFigure.REORDER_BY)) : 0);
    }

    private boolean meets(LinkFigure share) {
        return draw(share) < profile.get(share);
    }

    private double draw(LinkFigure figure) {
        return streams[figure.ordinal()].nextDouble();
    }
}
