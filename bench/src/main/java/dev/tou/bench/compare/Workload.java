// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.Locale;

/** What is done with a stream, and what is measured. */
enum Workload {
    BULK("Gbit/s", true, "one connection, 64 KiB writes, counted by the receiver"),
    PINGPONG(
            "us",
            false,
            "64 bytes there and back on one connection, the next when the last is back; median of a round"),
    CONNECT("/s", true, "connect, 64 bytes there and back, close");

    private final String unit;
    private final boolean moreIsBetter;
    private final String description;

    Workload(String unit, boolean moreIsBetter, String description) {
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
        this.description = description;
    }

    String unit() {
        return unit;
    }

    boolean moreIsBetter() {
        return moreIsBetter;
    }

    String description() {
        return description;
    }

    /** {@return the name as options and reports spell it} */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
