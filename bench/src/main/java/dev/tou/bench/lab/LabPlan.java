// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What to measure, and how.
 *
 * @param links by their names
 * @param build whether the image is made anew where the sources have changed
 * @param impair how the router makes them
 * @param linkFlags options of "tou impair" that change each of them; may be empty
 * @param perSecond requests of the latency measurement
 * @param seed of the links
 * @param seconds of each measurement
 * @param folder gets the files
 */
record LabPlan(
        List<String> links,
        boolean build,
        Impair impair,
        String linkFlags,
        long seed,
        int perSecond,
        long seconds,
        Path folder) {

    /** How the router makes a link. */
    enum Impair {
        /** {@code tou impair}: for UDP only, in every kernel. */
        RELAY,

        /** IP forwarding and {@code tc netem}: for TCP, too, in kernels that have it. */
        NETEM
    }
}
