// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

/**
 * How a TCP segment is laid out in a UDP datagram.
 *
 * <p>The engine knows nothing of it but one number, the overhead by which the maximum segment size is reduced.
 *
 * <p>RFC 9293: MUST-2, MUST-3, MUST-67.
 */
public enum Encapsulation {

    /**
     * The UDP payload is the bare TCP segment: header, options, text, byte for byte what FreeBSD sends and accepts. The
     * checksum field is zero when sent and ignored when received, because UDP's checksum covers the segment.
     */
    TCP_HEADER(8);

    private final int overheadBytes;

    Encapsulation(int overheadBytes) {
        this.overheadBytes = overheadBytes;
    }

    /** {@return the bytes that each segment costs more than over IP itself} */
    public int overheadBytes() {
        return overheadBytes;
    }

    /**
     * {@return the MSS to announce: what fits a datagram of the path beside IP, UDP and a bare TCP header, options not
     * counted (RFC 6691)}
     *
     * @param pathMtu the largest IP packet, in bytes
     * @param ipHeaderBytes 20 for IPv4, 40 for IPv6
     */
    public int mss(int pathMtu, int ipHeaderBytes) {
        return pathMtu - ipHeaderBytes - overheadBytes - SegmentEncoder.HEADER_BYTES;
    }
}
