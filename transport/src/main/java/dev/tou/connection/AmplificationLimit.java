// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * What may be sent to an address that has not proven itself: three times the segments, and three times the bytes, that came from
 * it. Whoever forges the source of a SYN must not find an amplifier here; RFC 9000 section 8.1 has the same factor.
 *
 * <p>One per half-open connection. The sum over the connections of an address keeps the limit, too, and what answers a segment
 * of no connection is one segment of no more bytes, or in TIME-WAIT of no more than twice.
 *
 * <p>Bytes are those of UDP payload. Every segment has the same headers below that, so with them the ratio is only smaller.
 */
public final class AmplificationLimit {

    /** How many times more may go than has come. */
    public static final int FACTOR = 3;

    private long segmentsLeft;
    private long bytesLeft;

    /** Segments have come from the address. */
    public void received(int segments, int bytes) {
        segmentsLeft += (long) FACTOR * segments;
        bytesLeft += (long) FACTOR * bytes;
    }

    /** {@return whether a segment of so many bytes may be sent there; if so it counts} */
    public boolean trySend(int bytes) {
        if (segmentsLeft < 1 || bytesLeft < bytes) {
            return false;
        }
        segmentsLeft--;
        bytesLeft -= bytes;
        return true;
    }
}
