// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** Why a segment without text leaves, to acknowledge. */
public enum AckKind {
    /** The second full segment came, or another reason not to wait (RFC 5681 section 4.2), such as that it filled a gap. */
    IMMEDIATE,
    /** It waited for text to ride on, and the time is over. */
    DELAYED,
    /** Something came out of order, or filled a part of a gap. */
    OUT_OF_ORDER,
    /** Something came that had been acknowledged: the acknowledgment was lost. */
    DUPLICATE,
    /** The application has read so much that the peer may send again. */
    WINDOW_UPDATE,
    /** Something came that may be forged: whoever sent it shall prove otherwise (RFC 5961). */
    CHALLENGE
}
