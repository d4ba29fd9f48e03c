// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;

/**
 * What a sender says when its file has been accepted: where the bytes that follow belong.
 *
 * @param offset of the first of them in the file
 */
record Start(long offset) {

    private static final byte START = 'S';
    private static final byte CHECKING = 'H';
    private static final int BYTES = 1 + 8;

    void write(ByteBuf out) {
        out.writeByte(START).writeLong(offset);
    }

    /** Appends the sign of life of a sender that still reads its own file. */
    static void writeChecking(ByteBuf out, long bytes) {
        out.writeByte(CHECKING).writeLong(bytes);
    }

    /**
     * {@return the start at the reader index, or null while it is incomplete; signs of life before it are skipped}
     *
     * @param size of the offered file
     */
    static Start read(ByteBuf in, long size) {
        while (in.isReadable()) {
            byte kind = in.getByte(in.readerIndex());
            if (kind != START && kind != CHECKING) {
                throw new Failure(ExitCode.REFUSED, "The sender sends before it says from where.");
            }
            if (in.readableBytes() < BYTES) {
                return null;
            }
            long offset = in.skipBytes(1).readLong();
            if (offset < 0 || offset > size) {
                throw new Failure(ExitCode.REFUSED, "The sender begins at no place in its file.");
            }
            if (kind == START) {
                return new Start(offset);
            }
        }
        return null;
    }
}
