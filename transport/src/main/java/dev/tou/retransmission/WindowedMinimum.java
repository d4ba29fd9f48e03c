// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/**
 * The minimum of a series over a sliding window of time, in constant memory.
 *
 * <p>Kathleen Nichols' filter: it keeps the best sample, the best of those after it, and the best of those after that,
 * with their times, and takes a second and a third choice from later parts of the window, so that one is at hand when the
 * best grows old. The answer is always a sample of the window, at once when a new minimum comes. After the minimum has left
 * the window it may for a while be a little above the least of what remains.
 */
final class WindowedMinimum {

    private final long windowNanos;

    private long best;
    private long bestAt;
    private long second;
    private long secondAt;
    private long third;
    private long thirdAt;
    private boolean empty = true;

    WindowedMinimum(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** {@return the minimum as of the last update, meaningful after the first} */
    long value() {
        return best;
    }

    void update(long value, long nowNanos) {
        if (empty || value <= best || nowNanos - thirdAt > windowNanos) {
            empty = false;
            best = second = third = value;
            bestAt = secondAt = thirdAt = nowNanos;
            return;
        }
        if (value <= second) {
            second = third = value;
            secondAt = thirdAt = nowNanos;
        } else if (value <= third) {
            third = value;
            thirdAt = nowNanos;
        }
        age(value, nowNanos);
    }

    private void age(long value, long nowNanos) {
        long ageNanos = nowNanos - bestAt;
        if (ageNanos > windowNanos) {
            promote(value, nowNanos);
            if (nowNanos - bestAt > windowNanos) {
                promote(value, nowNanos);
            }
        } else if (secondAt == bestAt && ageNanos > windowNanos / 4) {
            second = third = value;
            secondAt = thirdAt = nowNanos;
        } else if (thirdAt == secondAt && ageNanos > windowNanos / 2) {
            third = value;
            thirdAt = nowNanos;
        }
    }

    private void promote(long value, long nowNanos) {
        best = second;
        bestAt = secondAt;
        second = third;
        secondAt = thirdAt;
        third = value;
        thirdAt = nowNanos;
    }
}
