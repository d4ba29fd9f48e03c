// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** Why a datagram or a segment was dropped. Every drop has exactly one reason and is counted by it. */
public enum DropReason {
    /** Shorter than a TCP header. */
    TOO_SHORT,
    /** The data offset is below 5, or points behind the datagram's end. */
    BAD_DATA_OFFSET,
    /** An option's length is 0, 1, not what its kind demands, or runs behind the header. */
    BAD_OPTION,
    /** No control bit at all, or a combination that no TCP sends: SYN with FIN or RST, FIN without ACK. */
    BAD_CONTROL_BITS,
    /** A TCP port of zero. */
    BAD_PORT,
    /** From a multicast, broadcast or unspecified address, which no host can have. */
    BAD_ADDRESS,
    /** Larger than any datagram that we announce to accept, so its end may be missing. */
    TRUNCATED,
    /** For a connection that does not exist, and no reset may answer it. */
    NO_CONNECTION,
    /** A reset for a connection that does not exist. */
    RESET_WITHOUT_CONNECTION,
    /** The queue of half-open connections is full. */
    SYN_QUEUE_FULL,
    /** More SYNs come than can be answered: this one will be when it comes again. */
    SYN_FLOOD,
    /** The queue of connections that wait for accept is full. */
    ACCEPT_QUEUE_FULL,
    /** Outside the receive window (RFC 9293 section 3.10.7.4, first). */
    OUT_OF_WINDOW,
    /** An old timestamp (PAWS, RFC 7323 section 5). */
    OLD_TIMESTAMP,
    /** An ACK bit was needed and is missing. */
    NO_ACK,
    /** Acknowledges what was never sent, or is older than the window (RFC 5961 section 5). */
    UNACCEPTABLE_ACK,
    /** A reset whose sequence number is not exactly the next one (RFC 5961 section 3). */
    UNACCEPTABLE_RESET,
    /** A SYN on a synchronized connection (RFC 5961 section 4). */
    UNEXPECTED_SYN,
    /** A reset in TIME-WAIT (RFC 1337). */
    RESET_IN_TIME_WAIT,
    /** Text after the application closed, or after the peer's FIN. */
    TEXT_AFTER_CLOSE,
    /** Out of order, and there is no room to keep it. */
    NO_MEMORY,
    /** The rate limit of resets to unknown senders is used up. */
    RATE_LIMITED,
    /** It would be answered without a connection, and too much waits already to leave the UDP channel. */
    SEND_QUEUE_FULL,
    /** The listener's source filter does not admit the sender. */
    SOURCE_NOT_ADMITTED,
    /** Acknowledges no SYN cookie, but echoes the timestamp of one: what does may still come. */
    BAD_COOKIE,
    /** Leaves not: the address has not proven itself, and would get more than three times what came from it. */
    AMPLIFICATION
}
