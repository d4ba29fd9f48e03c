// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;

/**
 * Writes datagrams as pcapng, each twice:
 *
 * <pre>
 *   interface 0  "udp"  IP, UDP, the datagram     what is on the wire
 *   interface 1  "tcp"  IP, the segment           what Wireshark's TCP analysis and graphs need, with a right checksum
 * </pre>
 *
 * <p>Headers that a socket does not show are made up: hop limit 64, identification 0, no traffic class. A datagram whose payload
 * cannot be a TCP segment is on interface 0 only. Not for use by several threads at once.
 */
public final class DatagramWriter implements Closeable {

    private static final int UDP = 0;
    private static final int TCP = 1;

    private final PcapNgWriter out;
    private final IpPacket packet = new IpPacket();
    private long datagrams;
    private long segments;
    private long firstNanos;
    private long lastNanos;

    /**
     * Writes the header of the file.
     *
     * @param application what wrote it
     * @param place where it was captured, for the names of the interfaces to say; may be empty
     * @param snapBytes how much of each packet is kept at most, {@link PcapNgWriter#WHOLE_PACKETS} or less
     */
    public DatagramWriter(OutputStream out, String application, String place, int snapBytes) throws IOException {
        this.out = new PcapNgWriter(out, application, snapBytes);
        String where = place.isEmpty() ? "" : ", " + place;
        this.out.addInterface("udp", "UDP datagrams as on the wire; IP headers made up" + where);
        this.out.addInterface("tcp", "The TCP segments in them, as if over IP" + where);
    }

    /**
     * Writes one datagram, and its segment.
     *
     * @param epochNanos when it was seen, in nanoseconds since 1970
     * @param source its UDP address; a wildcard where that is not known
     * @param destination its UDP address; a wildcard where that is not known
     * @param comment a remark that Wireshark shows beside it, or null
     */
    public void write(
            long epochNanos,
            Direction direction,
            InetSocketAddress source,
            InetSocketAddress destination,
            byte[] payload,
            int offset,
            int length,
            String comment)
            throws IOException {
        if (datagrams++ == 0) {
            firstNanos = epochNanos;
        }
        lastNanos = epochNanos;
        out.write(UDP, epochNanos, packet.udp(source, destination, payload, offset, length), direction, comment);
        if (IpPacket.isSegment(payload, offset, length)) {
            segments++;
            out.write(TCP, epochNanos, packet.tcp(source, destination, payload, offset, length), direction, comment);
        }
    }

    /** {@return whether a payload can be a TCP segment: it has a header, as long as that says} */
    public static boolean isSegment(byte[] payload, int offset, int length) {
        return IpPacket.isSegment(payload, offset, length);
    }

    /** {@return how many datagrams were written} */
    public long datagrams() {
        return datagrams;
    }

    /** {@return how many of them carried a segment} */
    public long segments() {
        return segments;
    }

    /** Hands everything to the operating system. */
    public void flush() throws IOException {
        out.flush();
    }

    /**
     * Writes the statistics of both interfaces, the last thing before {@link #close}.
     *
     * @param dropped how many datagrams should be in the file and are not
     */
    public void end(long dropped) throws IOException {
        out.statistics(UDP, firstNanos, lastNanos, datagrams + dropped, dropped);
        out.statistics(TCP, firstNanos, lastNanos, segments + dropped, dropped);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
