// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** Why the congestion window, or the slow start threshold, has another value. */
public enum WindowChange {
    /** The handshake is complete: the initial window (RFC 6928). */
    INITIAL,
    /** It grows by what is acknowledged (RFC 5681 section 3.1). */
    SLOW_START,
    /** The round trips have grown longer, so slow start ends before the first loss (HyStart++, RFC 9406). */
    SLOW_START_EXIT,
    /** It grows by about a segment in a round trip, or as the controller has it. */
    CONGESTION_AVOIDANCE,
    /** Loss was found, or recovery goes on or ends. */
    RECOVERY,
    /** The retransmission timer has expired. */
    TIMEOUT,
    /** The last reduction was for no loss and is taken back. */
    UNDO,
    /** Nothing was sent for a while, so it says nothing any more (RFC 5681 section 4.1). */
    IDLE_RESTART,
    /** It was not used for a while, so it is not trusted any more (RFC 7661). */
    VALIDATION,
    /** Segments have another size. */
    SEGMENT_SIZE
}
