// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** Why a datagram or a segment was dropped. Every drop has exactly one reason and is counted by it. */
public enum DropReason {
    /** Shorter than a TCP header. */
    TOO_SHORT("Shorter than a TCP header."),
    /** The data offset is below 5, or points behind the datagram's end. */
    BAD_DATA_OFFSET("The data offset is below 5, or points behind the datagram's end."),
    /** An option's length is 0, 1, not what its kind demands, or runs behind the header. */
    BAD_OPTION("An option's length is 0, 1, not what its kind demands, or runs behind the header."),
    /** No control bit at all, or a combination that no TCP sends: SYN with FIN or RST, FIN without ACK. */
    BAD_CONTROL_BITS(
            "No control bit at all, or a combination that no TCP sends: SYN with FIN or RST, FIN without ACK."),
    /** A TCP port of zero. */
    BAD_PORT("A TCP port of zero."),
    /** From a multicast, broadcast or unspecified address, which no host can have. */
    BAD_ADDRESS("From a multicast, broadcast or unspecified address, which no host can have."),
    /** Larger than any datagram that we announce to accept, so its end may be missing. */
    TRUNCATED("Larger than any datagram that we announce to accept, so its end may be missing."),
    /** For a connection that does not exist, and no reset may answer it. */
    NO_CONNECTION("For a connection that does not exist, and no reset may answer it."),
    /** A reset for a connection that does not exist. */
    RESET_WITHOUT_CONNECTION("A reset for a connection that does not exist."),
    /** The queue of half-open connections is full. */
    SYN_QUEUE_FULL("The queue of half-open connections is full."),
    /** More SYNs come than can be answered: this one will be when it comes again. */
    SYN_FLOOD("More SYNs come than can be answered: this one will be when it comes again."),
    /** The queue of connections that wait for accept is full. */
    ACCEPT_QUEUE_FULL("The queue of connections that wait for accept is full."),
    /** Outside the receive window (RFC 9293 section 3.10.7.4, first). */
    OUT_OF_WINDOW("Outside the receive window (RFC 9293 section 3.10.7.4, first)."),
    /** An old timestamp (PAWS, RFC 7323 section 5). */
    OLD_TIMESTAMP("An old timestamp (PAWS, RFC 7323 section 5)."),
    /** An ACK bit was needed and is missing. */
    NO_ACK("An ACK bit was needed and is missing."),
    /** Acknowledges what was never sent, or is older than the window (RFC 5961 section 5). */
    UNACCEPTABLE_ACK("Acknowledges what was never sent, or is older than the window (RFC 5961 section 5)."),
    /** A reset whose sequence number is not exactly the next one (RFC 5961 section 3). */
    UNACCEPTABLE_RESET("A reset whose sequence number is not exactly the next one (RFC 5961 section 3)."),
    /** A SYN on a synchronized connection (RFC 5961 section 4). */
    UNEXPECTED_SYN("A SYN on a synchronized connection (RFC 5961 section 4)."),
    /** A reset in TIME-WAIT (RFC 1337). */
    RESET_IN_TIME_WAIT("A reset in TIME-WAIT (RFC 1337)."),
    /** Text after the application closed, or after the peer's FIN. */
    TEXT_AFTER_CLOSE("Text after the application closed, or after the peer's FIN."),
    /** Out of order, and there is no room to keep it. */
    NO_MEMORY("Out of order, and there is no room to keep it."),
    /** Connections hold all the memory that they may: out of order, or the application does not read it. */
    MEMORY_EXHAUSTED(
            "Connections hold all the memory that they may: out of order, or the application does not read it."),
    /** Was held out of order, and given up because connections held all the memory that they may. */
    MEMORY_GIVEN_UP("Was held out of order, and given up because connections held all the memory that they may."),
    /** Would make a connection, while connections hold all the memory that they may. */
    SYN_WITHOUT_MEMORY("Would make a connection, while connections hold all the memory that they may."),
    /** The rate limit of resets to unknown senders is used up. */
    RATE_LIMITED("The rate limit of resets to unknown senders is used up."),
    /** It would be answered without a connection, and too much waits already to leave the UDP channel. */
    SEND_QUEUE_FULL("It would be answered without a connection, and too much waits already to leave the UDP channel."),
    /** The listener's source filter does not admit the sender. */
    SOURCE_NOT_ADMITTED("The listener's source filter does not admit the sender."),
    /** Acknowledges no SYN cookie, but echoes the timestamp of one: what does may still come. */
    BAD_COOKIE("Acknowledges no SYN cookie, but echoes the timestamp of one: what does may still come."),
    /** Leaves not: the address has not proven itself, and would get more than three times what came from it. */
    AMPLIFICATION(
            "Leaves not: the address has not proven itself, and would get more than three times what came from it.");

    private final String explanation;

    DropReason(String explanation) {
        this.explanation = explanation;
    }

    /** {@return what it means, in a sentence} */
    public String explanation() {
        return explanation;
    }
}
