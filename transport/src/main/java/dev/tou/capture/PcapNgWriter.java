// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes pcapng (draft-ietf-opsawg-pcapng), the format of Wireshark: one section, some interfaces, packets with time stamps of
 * nanoseconds, a direction and a comment.
 *
 * <p>Link type RAW: a packet starts with its IP header. Each block goes to the stream in one piece, so that a file ends behind a
 * whole one, whenever the process is killed, if the stream is a {@link java.io.BufferedOutputStream} over the file. Not for use by
 * several threads at once.
 */
public final class PcapNgWriter implements Closeable {

    /** As much of each packet as Wireshark takes: the default, in bytes. */
    public static final int WHOLE_PACKETS = 262_144;

    private static final int SECTION_HEADER_BLOCK = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION_BLOCK = 1;
    private static final int INTERFACE_STATISTICS_BLOCK = 5;
    private static final int ENHANCED_PACKET_BLOCK = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final short LINKTYPE_RAW = 101;
    private static final int END_OF_OPTIONS = 0;
    private static final int COMMENT = 1;
    private static final int SECTION_APPLICATION = 4;
    private static final int INTERFACE_NAME = 2;
    private static final int INTERFACE_DESCRIPTION = 3;
    private static final int INTERFACE_TIME_RESOLUTION = 9;
    private static final int PACKET_FLAGS = 2;
    private static final int STATISTICS_BEGAN = 2;
    private static final int STATISTICS_ENDED = 3;
    private static final int STATISTICS_RECEIVED = 4;
    private static final int STATISTICS_DROPPED = 5;
    private static final byte NANOSECONDS = 9;

    /** Longer remarks are cut, so that a block stays small. */
    private static final int MAX_TEXT_BYTES = 4096;

    private static final int BLOCK_BYTES_WITHOUT_PACKET = 2 * MAX_TEXT_BYTES + 256;

    private final OutputStream out;
    private final int snapBytes;
    private ByteBuffer block = newBlock(2048);
    private int interfaces;

    /**
     * Writes the header of the file.
     *
     * @param application what wrote it, for {@code capinfos}
     * @param snapBytes how much of each packet is kept at most, {@link #WHOLE_PACKETS} or less
     */
    public PcapNgWriter(OutputStream out, String application, int snapBytes) throws IOException {
        this.out = out;
        this.snapBytes = snapBytes;
        begin(SECTION_HEADER_BLOCK, 0);
        block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        text(SECTION_APPLICATION, application);
        end();
    }

    /** Declares an interface, before its first packet. {@return its number, from 0} */
    public int addInterface(String name, String description) throws IOException {
        begin(INTERFACE_DESCRIPTION_BLOCK, 0);
        block.putShort(LINKTYPE_RAW).putShort((short) 0).putInt(snapBytes);
        text(INTERFACE_NAME, name);
        text(INTERFACE_DESCRIPTION, description);
        option(INTERFACE_TIME_RESOLUTION, new byte[] {NANOSECONDS});
        end();
        return interfaces++;
    }

    /**
     * Writes one packet.
     *
     * @param interfaceId the number of its interface
     * @param epochNanos when it was seen, in nanoseconds since 1970
     * @param packet all of it, from its IP header to its limit; its position does not change
     * @param comment a remark that Wireshark shows beside it, or null
     */
    public void write(int interfaceId, long epochNanos, ByteBuffer packet, Direction direction, String comment)
            throws IOException {
        int bytes = packet.remaining();
        int kept = Math.min(bytes, snapBytes);
        begin(ENHANCED_PACKET_BLOCK, kept);
        block.putInt(interfaceId);
        time(epochNanos);
        block.putInt(kept).putInt(bytes).put(packet.duplicate().limit(packet.position() + kept));
        pad();
        if (direction != Direction.UNKNOWN) {
            option(PACKET_FLAGS, new byte[] {(byte) direction.ordinal(), 0, 0, 0});
        }
        text(COMMENT, comment);
        end();
    }

    /**
     * Writes what {@code capinfos} and Wireshark show as packets and drops of an interface.
     *
     * @param beganNanos when the capture began, in nanoseconds since 1970
     * @param endedNanos when it ended
     * @param received how many packets the interface has seen, those that were dropped too
     * @param dropped how many of them are not in the file
     */
    public void statistics(int interfaceId, long beganNanos, long endedNanos, long received, long dropped)
            throws IOException {
        begin(INTERFACE_STATISTICS_BLOCK, 0);
        block.putInt(interfaceId);
        time(endedNanos);
        block.putShort((short) STATISTICS_BEGAN).putShort((short) Long.BYTES);
        time(beganNanos);
        block.putShort((short) STATISTICS_ENDED).putShort((short) Long.BYTES);
        time(endedNanos);
        block.putShort((short) STATISTICS_RECEIVED).putShort((short) Long.BYTES).putLong(received);
        block.putShort((short) STATISTICS_DROPPED).putShort((short) Long.BYTES).putLong(dropped);
        end();
    }

    /** Hands everything to the operating system. */
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void begin(int type, int packetBytes) {
        if (block.capacity() < packetBytes + BLOCK_BYTES_WITHOUT_PACKET) {
            block = newBlock(packetBytes);
        }
        block.clear().putInt(type).putInt(0);
    }

    private static ByteBuffer newBlock(int packetBytes) {
        return ByteBuffer.allocate(packetBytes + BLOCK_BYTES_WITHOUT_PACKET).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void end() throws IOException {
        block.putInt(END_OF_OPTIONS);
        int length = block.position() + Integer.BYTES;
        block.putInt(length).putInt(4, length);
        out.write(block.array(), 0, length);
    }

    // Two halves, the high one first, whatever the byte order.
    private void time(long nanos) {
        block.putInt((int) (nanos >>> 32)).putInt((int) nanos);
    }

    private void text(int code, String text) {
        if (text != null && !text.isEmpty()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            option(code, bytes.length > MAX_TEXT_BYTES ? Arrays.copyOf(bytes, MAX_TEXT_BYTES) : bytes);
        }
    }

    private void option(int code, byte[] value) {
        block.putShort((short) code).putShort((short) value.length).put(value);
        pad();
    }

    private void pad() {
        while (block.position() % 4 != 0) {
            block.put((byte) 0);
        }
    }
}
