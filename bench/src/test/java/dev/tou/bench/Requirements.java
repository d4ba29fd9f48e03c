// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine. Where it is missing the output says so; with {@code TOU_REQUIRE_ROOT=1} it is a failure. */
public final class Requirements {

    private Requirements() {}

    /** Skips the test where there are no event loops of this kind. */
    public static void loops(Transports.Io io) {
        if (io.isAvailable()) {
            return;
        }
        String missing = "there are no event loops of " + io + " here; they are not tested";
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing);
        }
        System.out.println(missing);
        Assumptions.abort(missing);
    }
}
