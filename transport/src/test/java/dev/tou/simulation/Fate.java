// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

/** What becomes of a datagram. Every datagram is {@link #SENT} once, and each copy of it ends in one other fate. */
public enum Fate {
    /** The kernel of the sending host took it. */
    SENT,
    /** The link made a second copy of it, which has a fate of its own. */
    DUPLICATED,
    /** It lies in the receive buffer of a socket. */
    DELIVERED,
    /** Lost on the link, by its loss model. */
    LOST,
    /** Damaged on the link: the checksum of UDP turns that into a loss. */
    CORRUPTED,
    /** The queue in front of the link was full. */
    QUEUE_FULL,
    /** Larger than the MTU of the link (there is no fragmentation: as if with the don't-fragment bit). */
    TOO_BIG,
    /** The link was partitioned. */
    PARTITIONED,
    /** A rule of the test dropped it. */
    DROPPED_BY_RULE,
    /** No host has the destination address. */
    NO_ROUTE,
    /** No socket wants it. */
    NO_SOCKET,
    /** The socket's receive buffer was full. */
    RECEIVE_BUFFER_FULL,
    /** Still on the wire when the network was closed. */
    IN_FLIGHT_AT_CLOSE
}
