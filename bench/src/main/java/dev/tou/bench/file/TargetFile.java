// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Units;
import io.netty.buffer.ByteBuf;

/**
 * A file on its way to disk. Under its own name it appears whole or not at all.
 *
 * <p>The bytes go to a {@link PartialFile} in the same folder. Only when all have come, their digest has matched and they
 * have been forced to disk does the file get its name, in one step that cannot replace a file that somebody else put
 * there meanwhile. A transfer that breaks may leave its bytes for the next one to go on from: {@link #suspend}; every
 * other end removes them.
 *
 * <p>Blocking: for the disk thread of a transfer, except {@link #discard} and {@link #suspend}, which any thread may call.
 */
final class TargetFile {

    /** Opens the temporary file. A seam, so that a test can put a full disk behind it. */
    interface Opener {
        FileChannel open(Path temporary) throws IOException;
    }

    static final Opener ON_DISK = path -> FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);

    private static final int READ_BYTES = 1 << 20;

    private final Path target;
    private final PartialFile partial;
    private final boolean replace;
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.start();
    private volatile long bytes;
    private boolean ended;

    private TargetFile(Path target, PartialFile partial, boolean replace) {
        this.target = target;
        this.partial = partial;
        this.replace = replace;
        this.channel = partial.channel();
    }

    /**
     * {@return a file that will be named {@code target}}
     *
     * @param size of the whole file
     * @param replace whether a file of that name may be replaced
     * @param resumable whether what an earlier transfer has left may be used, and what this one leaves may be left
     * @throws Failure if there is one and it may not, if another transfer is writing it, if the disk has too little room,
     *     or if nothing can be written there
     */
    static TargetFile open(Path target, long size, boolean replace, boolean resumable, Opener opener) {
        if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(target);
        }
        try {
            PartialFile partial = resumable ? PartialFile.claim(target, opener) : PartialFile.fresh(target, opener);
            TargetFile file = new TargetFile(target, partial, replace);
            file.requireRoom(size);
            return file;
        } catch (IOException e) {
            throw Failures.writing(target.getParent(), target.getFileName().toString(), e);
        }
    }

    private void requireRoom(long size) {
        try {
            Path folder = target.getParent();
            long room = Files.getFileStore(folder).getUsableSpace();
            long needed = size - Math.min(size, channel.size());
            if (room < needed) {
                suspend();
                throw new Failure(
                        ExitCode.DISK_FULL,
                        "The disk has " + Units.bytes(room) + " free, too little for the " + Units.bytes(needed)
                                + " of " + target.getFileName() + "; make room in " + folder + ".");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Reads what an earlier transfer has left of a file of {@code size} bytes; more than that is of another file, and
     * forgotten.
     *
     * @param progress is told from time to time how many bytes have been read
     */
    void readKept(long size, LongConsumer progress) {
        try {
            long kept = channel.size();
            if (kept > size) {
                restart();
                return;
            }
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(READ_BYTES, kept));
            while (bytes < kept) {
                piece.clear().limit((int) Math.min(piece.capacity(), kept - bytes));
                while (piece.hasRemaining() && channel.read(piece) >= 0) {
                    // until the piece is full, or somebody has cut the file off
                }
                if (piece.position() == 0) {
                    break;
                }
                digest.update(piece.flip());
                bytes += piece.limit();
                progress.accept(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** {@return how many bytes there are} */
    long bytes() {
        return bytes;
    }

    /** {@return the digest of the bytes that there are} */
    Sha256 digestSoFar() {
        return Sha256.soFar(digest);
    }

    /** Forgets what there is, and begins at the first byte. */
    void restart() {
        try {
            channel.truncate(0);
            channel.position(0);
        } catch (IOException e) {
            throw failed(e);
        }
        digest.reset();
        bytes = 0;
    }

    /** {@return the name that the file gets at the end} */
    Path target() {
        return target;
    }

    /** Appends the readable bytes of {@code piece}, which stays the caller's. */
    void write(ByteBuf piece) {
        try {
            for (ByteBuffer part : piece.nioBuffers()) {
                digest.update(part.duplicate());
                while (part.hasRemaining()) {
                    bytes += channel.write(part);
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Gives the file its name, and {@return its digest}.
     *
     * @throws Failure if the digest is not {@code expected}, or the disk did not take everything; nothing is kept then
     */
    synchronized Sha256 commit(Sha256 expected) {
        Sha256 written = Sha256.finish(digest);
        if (!written.equals(expected)) {
            discard();
            throw new Failure(
                    ExitCode.INTEGRITY,
                    target.getFileName()
                            + " arrived damaged (its SHA-256 differs), so it was not kept; send it again.");
        }
        if (ended) {
            throw givenUp();
        }
        try {
            channel.force(true);
            publish();
            ended = true;
            partial.release(); // not before: whoever claims it next must not find it under this name
            forceFolder();
        } catch (FileAlreadyExistsException e) {
            discard();
            throw exists(target);
        } catch (IOException e) {
            throw failed(e);
        }
        return written;
    }

    /** A hard link is made only if the name is free, in one step; a rename would replace what is there. */
    private void publish() throws IOException {
        if (replace || !linked()) {
            Files.move(partial.path(), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        try {
            Files.delete(partial.path());
        } catch (IOException e) {
            // the file has its name; whoever claims the other one sees that it is a second
        }
    }

    private boolean linked() throws FileAlreadyExistsException {
        try {
            Files.createLink(target, partial.path());
            return true;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException noHardLinksHere) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            return false;
        }
    }

    /** Makes the new name itself durable, where the system lets a folder be opened. */
    private void forceFolder() {
        try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            // Windows cannot; the bytes are safe, and the name is a matter of seconds
        }
    }

    /** Removes what has been written, unless the file has its name already. */
    synchronized void discard() {
        if (ended) {
            return;
        }
        ended = true;
        try {
            Files.deleteIfExists(partial.path());
        } catch (IOException e) {
            // a disk that cannot even delete: the name says what the leftover is
        }
        partial.release();
    }

    /** Leaves what has been written for the next transfer of the file, if that may be; {@return whether something is left}. */
    synchronized boolean suspend() {
        if (ended) {
            return false;
        }
        if (!partial.isResumable() || isEmpty()) {
            discard();
            return false;
        }
        ended = true;
        partial.release();
        return true;
    }

    /** {@return bytes on disk of a file that was {@linkplain #suspend suspended}, from which the next transfer goes on} */
    long bytesLeft() {
        try {
            return Files.size(partial.path()); // the last write may have ended with the channel, and count nowhere else
        } catch (IOException e) {
            return bytes;
        }
    }

    private boolean isEmpty() {
        try {
            return channel.size() == 0;
        } catch (IOException e) {
            return false; // better a leftover than a loss
        }
    }

    private synchronized Failure failed(IOException e) {
        if (ended) { // closed under the disk thread's hands
            return givenUp();
        }
        discard();
        return Failures.writing(target.getParent(), target.getFileName().toString(), e);
    }

    private Failure givenUp() {
        return new Failure(
                ExitCode.RESET, target.getFileName() + " was given up because the receiver is ending; send it again.");
    }

    static Failure exists(Path target) {
        return new Failure(
                ExitCode.EXISTS,
                target.getFileName() + " is there already and was left as it is; receive with --force to replace it.");
    }
}
