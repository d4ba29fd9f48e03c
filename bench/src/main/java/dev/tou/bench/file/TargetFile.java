// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Units;
import io.netty.buffer.ByteBuf;

/**
 * A file on its way to disk. Under its own name it appears whole or not at all.
 *
 * <p>The bytes go to {@code .tou-<random>.part} in the same folder. Only when all have come, their digest has matched and
 * they have been forced to disk does the file get its name, in one step that cannot replace a file that somebody else put
 * there meanwhile. Every other end removes the temporary file; only a process that is killed without warning can leave it
 * behind.
 *
 * <p>Blocking: for the disk thread of a transfer, except {@link #discard}, which any thread may call.
 */
final class TargetFile {

    /** Opens the temporary file. A seam, so that a test can put a full disk behind it. */
    interface Opener {
        FileChannel open(Path temporary) throws IOException;
    }

    static final Opener ON_DISK =
            path -> FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path target;
    private final Path temporary;
    private final boolean replace;
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.start();
    private boolean ended;

    private TargetFile(Path target, Path temporary, boolean replace, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.replace = replace;
        this.channel = channel;
    }

    /**
     * {@return a file that will be named {@code target}, empty so far}
     *
     * @param replace whether a file of that name may be replaced
     * @throws Failure if there is one and it may not, if the disk has too little room, or if nothing can be written there
     */
    static TargetFile open(Path target, long size, boolean replace, Opener opener) {
        Path folder = target.getParent();
        if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(target);
        }
        Path temporary = folder.resolve(
                ".tou-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".part");
        try {
            long room = Files.getFileStore(folder).getUsableSpace();
            if (room < size) {
                throw new Failure(
                        ExitCode.DISK_FULL,
                        "The disk has " + Units.bytes(room) + " free, too little for the " + Units.bytes(size) + " of "
                                + target.getFileName() + "; make room in " + folder + ".");
            }
            return new TargetFile(target, temporary, replace, opener.open(temporary));
        } catch (IOException e) {
            throw Failures.writing(folder, target.getFileName().toString(), e);
        }
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
                    channel.write(part);
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
            channel.close();
            publish();
            ended = true;
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
        if (!replace) {
            try {
                Files.createLink(target, temporary);
                Files.delete(temporary);
                return;
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (FileSystemException | UnsupportedOperationException noHardLinksHere) {
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    throw new FileAlreadyExistsException(target.toString());
                }
            }
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
            channel.close();
        } catch (IOException e) {
            // nothing of it is kept anyway
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // a disk that cannot even delete: the name says what the leftover is
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
                ExitCode.RESET,
                target.getFileName() + " was given up because the receiver is ending; nothing of it was kept.");
    }

    static Failure exists(Path target) {
        return new Failure(
                ExitCode.EXISTS,
                target.getFileName() + " is there already and was left as it is; receive with --force to replace it.");
    }
}
