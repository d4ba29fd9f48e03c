// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;

/** What a receiver says: what it has, that it waits for the rest, that it has kept the file, or why not. */
sealed interface Reply {

    /** Appends this reply to {@code out}. */
    void write(ByteBuf out);

    /**
     * The file is wanted.
     *
     * @param offset bytes of it that are there already, from an earlier transfer
     * @param digest of these, or null if there are none
     */
    record Accepted(long offset, Sha256 digest) implements Reply {

        /** From the first byte on. */
        static final Accepted ALL = new Accepted(0, null);

        @Override
        public void write(ByteBuf out) {
            out.writeByte('A').writeLong(offset);
            if (offset > 0) {
                digest.write(out);
            }
        }

        private static Accepted read(ByteBuf in) {
            boolean whole = in.readableBytes() >= 9
                    && (in.getLong(in.readerIndex() + 1) <= 0 || in.readableBytes() >= 9 + Sha256.BYTES);
            if (!whole) {
                return null;
            }
            long offset = in.skipBytes(1).readLong();
            return offset <= 0 ? new Accepted(offset, null) : new Accepted(offset, Sha256.read(in));
        }
    }

    /**
     * A sign of life: the receiver still reads what is there of the file.
     *
     * @param bytes so far
     */
    record Checking(long bytes) implements Reply {
        @Override
        public void write(ByteBuf out) {
            out.writeByte('H').writeLong(bytes);
        }
    }

    /**
     * The file is on disk, under its name, and its digest matched.
     *
     * @param digest of the bytes that were written
     */
    record Kept(Sha256 digest) implements Reply {
        @Override
        public void write(ByteBuf out) {
            out.writeByte('K');
            digest.write(out);
        }
    }

    /**
     * The file was not taken.
     *
     * @param exit how the sender's process should end
     * @param sentence why, for its user
     */
    record Refused(ExitCode exit, String sentence) implements Reply {

        private static final int MAX_BYTES = 1024;

        @Override
        public void write(ByteBuf out) {
            byte[] utf8 = sentence.getBytes(StandardCharsets.UTF_8);
            int length = Math.min(utf8.length, MAX_BYTES);
            out.writeByte('R').writeByte(exit.code()).writeShort(length).writeBytes(utf8, 0, length);
        }
    }

    /** {@return the reply at the reader index, or null while it is incomplete; then nothing has been read} */
    static Reply read(ByteBuf in) {
        if (!in.isReadable()) {
            return null;
        }
        byte kind = in.getByte(in.readerIndex());
        return switch (kind) {
            case 'A' -> Accepted.read(in);
            case 'H' ->
                in.readableBytes() < 9 ? null : new Checking(in.skipBytes(1).readLong());
            case 'K' -> in.readableBytes() < 1 + Sha256.BYTES ? null : new Kept(Sha256.read(in.skipBytes(1)));
            case 'R' -> readRefusal(in);
            default ->
                throw new Failure(ExitCode.REFUSED, "The other end does not speak the protocol of \"tou receive\".");
        };
    }

    private static Reply readRefusal(ByteBuf in) {
        int start = in.readerIndex();
        if (in.readableBytes() < 4 || in.readableBytes() < 4 + in.getUnsignedShort(start + 2)) {
            return null;
        }
        int code = in.skipBytes(1).readUnsignedByte();
        byte[] utf8 = new byte[in.readUnsignedShort()];
        in.readBytes(utf8);
        byte[] kept = utf8.length > Refused.MAX_BYTES ? Arrays.copyOf(utf8, Refused.MAX_BYTES) : utf8;
        ExitCode exit = ExitCode.of(code);
        return new Refused(
                exit == ExitCode.DONE ? ExitCode.REFUSED : exit,
                FileNames.printable(new String(kept, StandardCharsets.UTF_8)));
    }
}
