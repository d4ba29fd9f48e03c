// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** What showed that something is lost. */
public enum LossSign {
    /** Something sent sufficiently later has arrived (RACK, RFC 8985). */
    REORDERING_WINDOW,
    /** Duplicate acknowledgments, or the acknowledgment of a part (RFC 5681, RFC 6582, RFC 6675). */
    DUPLICATE_ACKS,
    /** A tail loss probe was answered in a way that only a loss explains (RFC 8985 section 7.4). */
    PROBE,
    /** The retransmission timer expired. */
    TIMEOUT,
    /** The UDP channel could not send it. */
    SEND_FAILURE
}
