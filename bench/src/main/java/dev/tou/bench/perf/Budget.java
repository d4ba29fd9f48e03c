// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

/** How much the streams of one direction may still send, together: whoever is faster sends more of it. */
final class Budget {

    private long left = Long.MAX_VALUE;

    /** From now on {@code bytes} may be sent; without this call there is no limit. */
    void limit(long bytes) {
        left = bytes;
    }

    /** {@return how many of {@code wanted} bytes may be sent now, 0 when nothing is left} */
    int take(int wanted) {
        if (left == Long.MAX_VALUE) {
            return wanted;
        }
        int granted = (int) Math.min(wanted, left);
        left -= granted;
        return granted;
    }

    boolean isSpent() {
        return left == 0;
    }
}
