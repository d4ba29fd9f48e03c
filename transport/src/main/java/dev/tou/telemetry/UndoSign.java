// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** What showed that a supposed loss was none. */
public enum UndoSign {
    /** The echoed timestamp is older than the retransmission (Eifel, RFC 3522). */
    TIMESTAMPS,
    /** The peer reports every retransmission as received twice (DSACK, RFC 2883, RFC 3708). */
    DSACK,
    /** Everything that counted as lost was acknowledged before any of it was sent again (RFC 3522 section 1). */
    ARRIVAL,
    /** After a timeout, new text was acknowledged that was never sent twice (F-RTO, RFC 5682). */
    F_RTO
}
