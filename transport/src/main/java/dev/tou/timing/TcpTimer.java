// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

/**
 * The timers of one connection.
 *
 * <p>Of timers that expire at the same instant the one listed first is handled first.
 */
public enum TcpTimer {

    /** The tail of a flight is overdue: probe before the retransmission timer does harm (RFC 8985 section 7). */
    LOSS_PROBE,

    /** The oldest unacknowledged byte is overdue: retransmit it (RFC 6298). */
    RETRANSMISSION,

    /** The oldest unacknowledged byte has waited as long as the application allows (RFC 5482). */
    USER_TIMEOUT,

    /** A segment that was passed by later ones has had its reordering window: it is lost (RFC 8985 section 6.3). */
    REORDERING,

    /** The peer's window is closed: ask whether it still is (RFC 9293 section 3.8.6.1). */
    PERSIST,

    /** Less than a segment of text has waited long enough for more. */
    CORK,

    /** An acknowledgment has waited long enough for company (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2). */
    DELAYED_ACK,

    /** The pacer lets the next burst go. */
    PACING,

    /** Nothing has been outstanding for a while: what the last flight needed beyond a usual one is given back. */
    QUIET,

    /** The connection has been silent: is the peer still there? (RFC 9293 section 3.8.4) */
    KEEPALIVE,

    /** Nothing has left for so long that a NAT on the path may forget the connection (RFC 4787 section 4.3). */
    NAT_KEEPALIVE,

    /** The SYN or the SYN-ACK is overdue: retransmit it (RFC 6298 section 2, rule 2.1). */
    HANDSHAKE,

    /** Closed by the application, acknowledged by the peer, and the peer's own FIN does not come. */
    FIN_WAIT_2,

    /** Two maximum segment lifetimes have passed for the oldest record (RFC 9293 section 3.10.8). */
    TIME_WAIT;

    /** How many there are; {@code values()} would copy the array. */
    static final int COUNT = TIME_WAIT.ordinal() + 1;

    /** Those that expire when an acknowledgment has not come. */
    static final int WATCH_ACKNOWLEDGMENTS =
            1 << LOSS_PROBE.ordinal() | 1 << RETRANSMISSION.ordinal() | 1 << REORDERING.ordinal();

    private static final TcpTimer[] BY_ORDINAL = values();

    static TcpTimer byOrdinal(int ordinal) {
        return BY_ORDINAL[ordinal];
    }
}
