// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads packets from what tcpdump and Wireshark write: pcap, with time stamps of micro- or nanoseconds, and pcapng, in both byte
 * orders. A file that ends in the middle of a packet, as that of a killed process may, ends before it.
 */
final class PacketReader implements Closeable {

    /** A packet; of {@code fullBytes} that it had, so many were kept as there are. */
    record Packet(long epochNanos, int linkType, byte[] bytes, int fullBytes) {}

    /** What pcapng says of an interface: how its packets begin, and how many time stamps are a second. */
    private record Interface(int linkType, long unitsPerSecond, long offsetSeconds) {}

    private static final String OTHER = "it is no pcap or pcapng file";
    private static final int MICROSECONDS = 0xA1B2C3D4;
    private static final int NANOSECONDS = 0xA1B23C4D;
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int TIME_RESOLUTION = 9;
    private static final int TIME_OFFSET = 14;
    private static final int PCAP_HEADER_REST_BYTES = 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** More than any capture has in a block; what claims more is no capture. */
    private static final int MAX_BLOCK_BYTES = 16 << 20;

    private final DataInputStream in;
    private final List<Interface> interfaces = new ArrayList<>();
    private final boolean isPcapNg;
    private ByteOrder order = ByteOrder.BIG_ENDIAN;
    private boolean beginsSection;
    private boolean cut;
    private long unread;

    /** @throws IOException if it cannot be read, or is something else */
    PacketReader(InputStream stream) throws IOException {
        InputStream marked = stream.markSupported() ? stream : new BufferedInputStream(stream);
        marked.mark(1);
        if (marked.read() < 0) {
            throw new IOException("it is empty");
        }
        marked.reset();
        in = new DataInputStream(marked);
        int magic = first();
        isPcapNg = magic == SECTION_HEADER;
        beginsSection = isPcapNg;
        if (!isPcapNg) {
            pcapHeader(magic);
        }
    }

    private int first() throws IOException {
        try {
            return in.readInt();
        } catch (EOFException e) {
            throw new IOException(OTHER, e);
        }
    }

    private void pcapHeader(int magic) throws IOException {
        boolean swapped = Integer.reverseBytes(magic) == MICROSECONDS || Integer.reverseBytes(magic) == NANOSECONDS;
        int host = swapped ? Integer.reverseBytes(magic) : magic;
        if (host != MICROSECONDS && host != NANOSECONDS) {
            throw new IOException(OTHER);
        }
        order = swapped ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        ByteBuffer header = read(PCAP_HEADER_REST_BYTES);
        // The upper bits say how long a frame check sequence is.
        int linkType = header.getInt(16) & 0xFFFF;
        interfaces.add(new Interface(linkType, host == NANOSECONDS ? NANOS_PER_SECOND : 1_000_000, 0));
    }

    /** {@return the next packet, or null at the end} */
    Packet next() throws IOException {
        try {
            return isPcapNg ? nextOfPcapNg() : nextOfPcap();
        } catch (EOFException e) {
            cut = true;
            return null;
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("it is damaged: a block is shorter than what is in it", e);
        }
    }

    /** {@return whether the file ends in the middle of a packet} */
    boolean isCut() {
        return cut;
    }

    /** {@return how many packets were passed over, in blocks of the two other kinds that pcapng has for them} */
    long unread() {
        return unread;
    }

    private Packet nextOfPcap() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        ByteBuffer header = ByteBuffer.allocate(16).order(order).put((byte) first);
        in.readFully(header.array(), 1, 15);
        Interface only = interfaces.get(0);
        long nanos = Integer.toUnsignedLong(header.getInt(0)) * NANOS_PER_SECOND
                + Integer.toUnsignedLong(header.getInt(4)) * (NANOS_PER_SECOND / only.unitsPerSecond);
        return new Packet(nanos, only.linkType, read(header.getInt(8)).array(), header.getInt(12));
    }

    private Packet nextOfPcapNg() throws IOException {
        while (true) {
            if (!beginsSection && !hasMore()) {
                return null;
            }
            int type = beginsSection ? SECTION_HEADER : inOrder(in.readInt());
            beginsSection = false;
            if (type == SECTION_HEADER) {
                section();
                continue;
            }
            ByteBuffer block = body(in.readInt());
            if (type == INTERFACE_DESCRIPTION) {
                interfaces.add(describedBy(block));
            } else if (type == ENHANCED_PACKET) {
                return packet(block);
            } else if (type == OBSOLETE_PACKET || type == SIMPLE_PACKET) {
                unread++;
            }
        }
    }

    private boolean hasMore() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next >= 0;
    }

    // Its own length is in the byte order that the magic behind it tells.
    private void section() throws IOException {
        int length = in.readInt();
        order = in.readInt() == BYTE_ORDER_MAGIC ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        interfaces.clear();
        read(inOrder(length) - 12);
    }

    private int inOrder(int bigEndian) {
        return order == ByteOrder.BIG_ENDIAN ? bigEndian : Integer.reverseBytes(bigEndian);
    }

    // What is between the two lengths of a block.
    private ByteBuffer body(int length) throws IOException {
        ByteBuffer block = read(inOrder(length) - 8);
        return block.limit(Math.max(0, block.limit() - 4));
    }

    private static Interface describedBy(ByteBuffer block) {
        int linkType = Short.toUnsignedInt(block.getShort());
        block.position(8);
        long unitsPerSecond = 1_000_000;
        long offsetSeconds = 0;
        while (block.remaining() >= 4) {
            int code = block.getShort();
            int length = Short.toUnsignedInt(block.getShort());
            if (code == TIME_RESOLUTION) {
                int resolution = block.get(block.position());
                unitsPerSecond =
                        resolution < 0 ? 1L << (resolution & 0x7F) : Math.round(Math.pow(10, Math.min(18, resolution)));
            } else if (code == TIME_OFFSET) {
                offsetSeconds = block.getLong(block.position());
            }
            block.position(Math.min(block.limit(), block.position() + (length + 3) / 4 * 4));
        }
        return new Interface(linkType, unitsPerSecond, offsetSeconds);
    }

    private Packet packet(ByteBuffer block) throws IOException {
        int number = block.getInt();
        if (number < 0 || number >= interfaces.size()) {
            throw new IOException("it has a packet of an interface that it does not describe");
        }
        Interface of = interfaces.get(number);
        long units = (long) block.getInt() << 32 | Integer.toUnsignedLong(block.getInt());
        int kept = block.getInt();
        int fullBytes = block.getInt();
        if (kept < 0) {
            throw new IOException("it is damaged: a packet of " + kept + " bytes");
        }
        byte[] bytes = new byte[Math.min(kept, block.remaining())];
        block.get(bytes);
        long seconds = Long.divideUnsigned(units, of.unitsPerSecond);
        double rest =
                Long.remainderUnsigned(units, of.unitsPerSecond) * ((double) NANOS_PER_SECOND / of.unitsPerSecond);
        return new Packet(
                (seconds + of.offsetSeconds) * NANOS_PER_SECOND + Math.round(rest), of.linkType, bytes, fullBytes);
    }

    private ByteBuffer read(int bytes) throws IOException {
        if (bytes < 0 || bytes > MAX_BLOCK_BYTES) {
            throw new IOException("it is damaged: a block of " + bytes + " bytes");
        }
        byte[] read = new byte[bytes];
        in.readFully(read);
        return ByteBuffer.wrap(read).order(order);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
