// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

/** Who sends. */
enum Direction {
    /** The client. */
    FORWARD,
    /** The server: {@code -R}. */
    REVERSE,
    /** Both, on streams of their own: {@code --bidir}. */
    BOTH;

    boolean clientSends() {
        return this != REVERSE;
    }

    boolean serverSends() {
        return this != FORWARD;
    }
}
