// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.Units;

/**
 * What a link is like; the same in both directions, so acknowledgments are lost as data is.
 *
 * @param mbit rate of the bottleneck in Mbit/s
 * @param roundTripMillis of an empty link; half of it each way
 * @param queueBytes in front of the bottleneck
 * @param lossPercent of the packets are lost, each by itself
 * @param reorderPercent of the packets are reordered
 * @param reorderMillis by so much; they come later than their turn, or with {@code advance} earlier
 * @param advance whether reordered packets skip the whole delay of their direction, for link programs without {@code --hold}
 */
record LinkShape(
        double mbit,
        double roundTripMillis,
        long queueBytes,
        double lossPercent,
        double reorderPercent,
        double reorderMillis,
        boolean advance) {

    /** Bytes that a link of 1 Mbit/s carries in a millisecond. */
    private static final double BYTES_OF_A_MBIT_MS = 125;

    /** {@return a link that keeps the order, with a queue of so many times the product of bandwidth and delay} */
    static LinkShape of(double mbit, double roundTripMillis, double queueBdp, double lossPercent) {
        long queue = Math.round(mbit * BYTES_OF_A_MBIT_MS * roundTripMillis * queueBdp);
        return new LinkShape(mbit, roundTripMillis, queue, lossPercent, 0, 0, false);
    }

    LinkShape reordering(double percent, double millis, boolean byAdvance) {
        return new LinkShape(mbit, roundTripMillis, queueBytes, lossPercent, percent, millis, byAdvance);
    }

    /** {@return the options of the link program} */
    List<String> options() {
        List<String> options = new ArrayList<>();
        add(options, "--rate", number(mbit));
        add(options, "--delay", number(roundTripMillis / 2));
        add(options, "--queue", String.valueOf(queueBytes));
        if (lossPercent > 0) {
            add(options, "--loss", number(lossPercent));
        }
        if (reorderPercent > 0 && advance) {
            add(options, "--reorder", number(reorderPercent));
        } else if (reorderPercent > 0) {
            add(options, "--hold", number(reorderPercent) + "," + number(reorderMillis));
        }
        return options;
    }

    private static void add(List<String> options, String name, String value) {
        options.add(name);
        options.add(value);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : Units.format("%s", value);
    }
}
