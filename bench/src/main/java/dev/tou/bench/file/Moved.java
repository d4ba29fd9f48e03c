// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import dev.tou.bench.Units;

/** What a finished transfer moved, in the words that both ends use. */
final class Moved {

    private Moved() {}

    /**
     * {@return such as {@code 13.4 MiB in 2.50 s, 5.4 MiB/s}; the rate is that of the bytes that moved now}
     *
     * @param bytes of the whole file
     * @param resumedAt bytes that an earlier transfer had moved
     * @param nanos that it took
     */
    static String sentence(long bytes, long resumedAt, long nanos) {
        double rate = (bytes - resumedAt) * 1e9 / Math.max(1, nanos);
        String before = resumedAt == 0 ? "" : " (" + Units.bytes(resumedAt) + " of it were there)";
        return Units.bytes(bytes) + before + " in " + Units.nanos(nanos) + ", " + Units.bytesPerSecond(rate);
    }
}
