// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * The temporary file of one transfer, in the folder of its target.
 *
 * <p>One that may be resumed is called after its target, {@code .tou-<hash of the name>.part}, so that the next transfer
 * finds it, and belongs to one transfer at a time: within this process by a set of names, between processes by a lock of
 * the system. Whoever gets the lock makes sure that the name still means the file that it locked, because the transfer
 * that had it before may just have given it its final name.
 *
 * <p>Any other has a random name, and is never found again. It is claimed all the same, so that {@link Leftovers} leaves it alone.
 */
final class PartialFile {

    static final String PREFIX = ".tou-";
    static final String SUFFIX = ".part";

    private static final int HASH_BYTES = 8;
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;
    private final boolean resumable;

    private PartialFile(Path path, FileChannel channel, boolean resumable) {
        this.path = path;
        this.channel = channel;
        this.resumable = resumable;
    }

    /** {@return what is there of {@code target}, or an empty file; the caller's alone} */
    static PartialFile claim(Path target, TargetFile.Opener opener) throws IOException {
        Path path = of(target);
        if (!IN_USE.add(path)) {
            throw taken(target);
        }
        FileChannel channel = null;
        try {
            channel = openLocked(path, target, opener);
            return new PartialFile(path, channel, true);
        } finally {
            if (channel == null) {
                IN_USE.remove(path);
            }
        }
    }

    /** {@return an empty file for {@code target} that is not to be found again} */
    static PartialFile fresh(Path target, TargetFile.Opener opener) throws IOException {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path path = target.resolveSibling(PREFIX + random + SUFFIX);
        IN_USE.add(path);
        FileChannel channel = null;
        try {
            channel = opener.open(path);
            lock(channel);
            return new PartialFile(path, channel, false);
        } finally {
            if (channel == null) {
                IN_USE.remove(path);
            }
        }
    }

    /** {@return whether a transfer of this process has it} */
    static boolean isInUse(Path path) {
        return IN_USE.contains(path);
    }

    /** Removes a file that no transfer has, of this or another process, unless it has been written to since {@code modified}. */
    static void removeIdle(Path path, FileTime modified) {
        if (!IN_USE.add(path)) {
            return;
        }
        try {
            Object before = identity(path);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                boolean same = lock(channel) && (before == null || before.equals(identity(path)));
                if (same
                        && Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                                .equals(modified)) {
                    Files.delete(path);
                }
            }
        } catch (IOException e) {
            // gone already, or somebody else's: the next sweep comes by again
        } finally {
            IN_USE.remove(path);
        }
    }

    /** {@return where the bytes of {@code target} are until it is whole} */
    static Path of(Path target) {
        MessageDigest digest = Sha256.start();
        digest.update(target.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        String hash = HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
        return target.resolveSibling(PREFIX + hash + SUFFIX);
    }

    private static FileChannel openLocked(Path path, Path target, TargetFile.Opener opener) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isPlain(path)) {
            Files.delete(path);
        }
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            // which is what is hoped for
        }
        Object before = identity(path);
        FileChannel channel = opener.open(path);
        boolean ours = false;
        try {
            ours = lock(channel) && (before == null || before.equals(identity(path)));
        } finally {
            if (!ours) {
                channel.close();
            }
        }
        if (!ours) {
            throw taken(target);
        }
        return channel;
    }

    /**
     * A link leads elsewhere, and a second name of the same file is what a crash leaves between the two steps in which a
     * file gets its name: neither may be written to.
     */
    private static boolean isPlain(Path path) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            return ((Number) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)).longValue() == 1;
        } catch (UnsupportedOperationException | IllegalArgumentException notCountedHere) {
            return true;
        }
    }

    private static boolean lock(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException noLocksHere) {
            return true; // some network file systems; there the set of names has to do
        }
    }

    /** What tells one file from the next of the same name; null where the system cannot tell. */
    private static Object identity(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return PartialFile.class; // equal to no file
        }
    }

    private static Failure taken(Path target) {
        return new Failure(
                ExitCode.REFUSED,
                target.getFileName() + " is just being received from another sender; wait until that has ended, "
                        + "or send it under another --name.");
    }

    Path path() {
        return path;
    }

    FileChannel channel() {
        return channel;
    }

    /** {@return whether a later transfer finds it} */
    boolean isResumable() {
        return resumable;
    }

    /** Ends the claim: from now on it is somebody else's. */
    void release() {
        try {
            channel.close(); // and with it the lock
        } catch (IOException e) {
            // what counts has been forced to disk before
        }
        IN_USE.remove(path);
    }
}
