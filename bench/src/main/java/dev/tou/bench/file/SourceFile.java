// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A file to be sent: opened and measured before anything is connected, then read from front to back. Blocking. */
final class SourceFile implements Closeable {

    private static final int CHECKED_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final MessageDigest digest = Sha256.start();
    private long position;

    private SourceFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /**
     * {@return the file at {@code path}}
     *
     * @throws Failure if it is missing, is no regular file, or cannot be read
     */
    static SourceFile open(Path path) {
        try {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString());
            }
            if (Files.isDirectory(path)) {
                throw new Failure(
                        ExitCode.UNREADABLE, path + " is a folder; pack it into one file (tar, zip) and send that.");
            }
            if (!Files.isRegularFile(path)) {
                throw new Failure(
                        ExitCode.UNREADABLE,
                        path + " is no regular file, so its size is unknown; copy it to one first.");
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new SourceFile(path, channel, channel.size());
        } catch (IOException e) {
            throw Failures.reading(path, e);
        }
    }

    String name() {
        return path.toAbsolutePath().normalize().getFileName().toString();
    }

    long size() {
        return size;
    }

    boolean isAtEnd() {
        return position == size;
    }

    /** {@return the next at most {@code maxBytes} bytes; the caller releases them} */
    ByteBuf next(ByteBufAllocator allocator, int maxBytes) {
        int wanted = (int) Math.min(maxBytes, size - position);
        ByteBuf piece = allocator.directBuffer(wanted, wanted);
        try {
            while (piece.isWritable()) {
                int read = piece.writeBytes(channel, position + piece.readableBytes(), piece.writableBytes());
                if (read < 0) {
                    throw new Failure(
                            ExitCode.UNREADABLE, path + " became shorter while it was being sent; send it again.");
                }
            }
            position += wanted;
            digest.update(piece.nioBuffer());
            return piece;
        } catch (IOException e) {
            piece.release();
            throw Failures.reading(path, e);
        } catch (Failure e) {
            piece.release();
            throw e;
        }
    }

    /**
     * Reads the first {@code bytes} bytes, and goes on behind them if they are the same that the receiver has; otherwise
     * begins anew.
     *
     * @param digestThere of the receiver's bytes
     * @param progress is told from time to time how many bytes have been read
     * @param over whether nobody waits for the answer any more
     * @return the position, {@code bytes} or 0
     */
    long resume(
            ByteBufAllocator allocator, long bytes, Sha256 digestThere, LongConsumer progress, BooleanSupplier over) {
        while (position < bytes && !over.getAsBoolean()) {
            next(allocator, (int) Math.min(CHECKED_BYTES, bytes - position)).release();
            progress.accept(position);
        }
        if (!Sha256.soFar(digest).equals(digestThere)) {
            position = 0;
            digest.reset();
        }
        return position;
    }

    /** {@return the digest of all that was read; to be asked once, at the end} */
    Sha256 digest() {
        return Sha256.finish(digest);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it was only read
        }
    }
}
