// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * A link in the words of {@code tc netem}, so that the kernel can make it where the kernel can. What differs: netem's
 * jitter reorders unless there is a rate; what it reorders it sends early, not late; its queue counts packets; it has no
 * seed.
 */
final class Netem {

    private static final int PACKET_BYTES = 1500;
    private static final int USUAL_LIMIT = 1000;

    private Netem() {}

    /**
     * {@return what follows {@code netem} on the command line of {@code tc qdisc}}
     *
     * @throws IllegalArgumentException with a sentence for the user, if netem has no word for something
     */
    static String arguments(ImpairmentProfile link) {
        if (link.mtuBytes() > 0) {
            throw new IllegalArgumentException("netem does not drop by size; a link with an mtu takes the relay");
        }
        if (link.corruptUndetected() > 0) {
            throw new IllegalArgumentException(
                    "netem leaves checksums as they were; corrupt-undetected takes the relay");
        }
        if (link.reorder() > 0 && link.delay().isZero()) {
            throw new IllegalArgumentException(
                    "netem reorders by sending early, so a link that reorders needs a delay");
        }
        return delay(link)
                + loss(link)
                + share(" corrupt ", link.corrupt())
                + share(" duplicate ", link.duplicate())
                + share(" reorder ", link.reorder())
                + (link.rateBitsPerSecond() > 0 ? " rate " + link.rateBitsPerSecond() + "bit" : "")
                + " limit " + limit(link);
    }

    /** Netem's jitter is to both sides of the delay. */
    private static String delay(ImpairmentProfile link) {
        double jitter = link.jitter().toNanos() / 2000.0;
        String delay = "delay " + number(link.delay().toNanos() / 1000.0 + jitter) + "us";
        return jitter == 0 ? delay : delay + " " + number(jitter) + "us";
    }

    /** What is lost between two bursts is the chance 1-k of netem's model. */
    private static String loss(ImpairmentProfile link) {
        if (link.burstLoss() == 0) {
            return share(" loss ", link.loss());
        }
        return " loss gemodel " + percent(link.goodToBad()) + " " + percent(link.badToGood()) + " 100% "
                + percent(link.loss());
    }

    private static String share(String word, double share) {
        return share == 0 ? "" : word + percent(share);
    }

    private static String percent(double share) {
        return number(share * 100) + "%";
    }

    /** Everything that is delayed waits in netem's queue, too. */
    private static long limit(ImpairmentProfile link) {
        if (link.rateBitsPerSecond() == 0) {
            return USUAL_LIMIT * 10L;
        }
        double delayed = link.rateBitsPerSecond()
                / 8e9
                * link.delay().plus(link.jitter()).toNanos();
        return Math.max(2, (long) Math.ceil((link.queueBytes() + delayed) / PACKET_BYTES));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value)
                .round(new MathContext(6, RoundingMode.HALF_UP))
                .stripTrailingZeros()
                .toPlainString();
    }
}
