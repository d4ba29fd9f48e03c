// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/** When a segment may leave that is not full. */
public enum SmallSegments {

    /** As soon as it is written: {@code TCP_NODELAY}. */
    LEAVE_AT_ONCE,

    /** When nothing is unacknowledged: Nagle's algorithm (RFC 9293 section 3.7.4). */
    ONE_AT_A_TIME,

    /** Not before it is full, or has waited for long: {@code TCP_CORK}. */
    WAIT_FOR_MORE
}
