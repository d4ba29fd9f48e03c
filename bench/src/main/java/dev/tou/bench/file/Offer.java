// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.charset.StandardCharsets;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;

/**
 * What a sender says first.
 *
 * @param name the file's name, not yet trusted
 * @param size bytes of the whole file
 * @param anew whether the sender wants to begin at its first byte, whatever the receiver has of it
 */
record Offer(String name, long size, boolean anew) {

    static final int VERSION = 2;

    private static final int MAGIC = 0x544F5546; // "TOUF"
    private static final int FIXED = 4 + 1 + 1 + 2;
    private static final int ANEW = 1;

    void write(ByteBuf out) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.writeInt(MAGIC)
                .writeByte(VERSION)
                .writeByte(anew ? ANEW : 0)
                .writeShort(utf8.length)
                .writeBytes(utf8)
                .writeLong(size);
    }

    /** {@return the offer at the reader index, or null while it is incomplete; then nothing has been read} */
    static Offer read(ByteBuf in) {
        if (in.readableBytes() < FIXED) {
            return null;
        }
        int start = in.readerIndex();
        if (in.getInt(start) != MAGIC) {
            throw new Failure(ExitCode.REFUSED, "The other end does not speak the protocol of \"tou send\".");
        }
        int version = in.getUnsignedByte(start + 4);
        if (version != VERSION) {
            throw new Failure(
                    ExitCode.REFUSED,
                    "The sender speaks version " + version + " of the file protocol, the receiver version " + VERSION
                            + "; use the same tou on both sides.");
        }
        int nameLength = in.getUnsignedShort(start + 6);
        if (nameLength > FileNames.MAX_BYTES) {
            throw new Failure(
                    ExitCode.REFUSED,
                    "The file name has " + nameLength + " bytes, more than " + FileNames.MAX_BYTES
                            + "; send it under another --name.");
        }
        if (in.readableBytes() < FIXED + nameLength + 8) {
            return null;
        }
        boolean anew = (in.getByte(start + 5) & ANEW) != 0;
        byte[] utf8 = new byte[nameLength];
        in.skipBytes(FIXED).readBytes(utf8);
        long size = in.readLong();
        if (size < 0) {
            throw new Failure(ExitCode.REFUSED, "The offered file has a negative size.");
        }
        return new Offer(FileNames.decode(utf8), size, anew);
    }
}
