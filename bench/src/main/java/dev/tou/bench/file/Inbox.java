// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Folders;

/**
 * Where received files go, and what may happen to files that are there.
 *
 * @param folder absolute
 * @param fixedName the name that the next file gets whatever the sender calls it, or null
 * @param replace whether a file of the same name may be replaced
 * @param resume whether a transfer that broke leaves its bytes for the next one to go on from
 * @param opener how temporary files are opened
 */
record Inbox(Path folder, String fixedName, boolean replace, boolean resume, TargetFile.Opener opener) {

    /** {@return an inbox that keeps the senders' names in {@code folder}, which is made if missing, with those above it} */
    static Inbox folder(Path folder, boolean replace, boolean resume) {
        return of(Folders.make(folder), null, replace, resume);
    }

    /** {@return an inbox for one file, named {@code file}} */
    static Inbox file(Path file, boolean replace, boolean resume) {
        Path target = file.toAbsolutePath().normalize();
        if (target.getParent() == null || Files.isDirectory(target)) {
            throw new Failure(ExitCode.UNWRITABLE, file + " is a folder; use --dir for it, or name a file.");
        }
        if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) { // sooner than after a sender has come
            throw TargetFile.exists(target);
        }
        return of(target.getParent(), target.getFileName().toString(), replace, resume);
    }

    /** {@return this inbox on another disk} */
    Inbox on(TargetFile.Opener disk) {
        return new Inbox(folder, fixedName, replace, resume, disk);
    }

    private static Inbox of(Path folder, String fixedName, boolean replace, boolean resume) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new Failure(ExitCode.UNWRITABLE, folder + " is a file and no folder; choose another one.");
        }
        if (!Files.isDirectory(folder)) {
            throw new Failure(
                    ExitCode.UNWRITABLE, "There is no folder " + folder + "; create it, or choose another one.");
        }
        if (!Files.isWritable(folder)) {
            throw new Failure(ExitCode.UNWRITABLE, "You may not write in " + folder + "; check its permissions.");
        }
        return new Inbox(folder, fixedName, replace, resume, TargetFile.ON_DISK);
    }

    /** {@return the file for what {@code offer} announces, with what may be there of it unread; blocking} */
    TargetFile open(Offer offer) {
        String name = fixedName != null ? fixedName : FileNames.requireSafe(offer.name());
        Path target = resolve(name);
        if (!folder.equals(target.getParent())) {
            throw new Failure(ExitCode.REFUSED, "The file name leaves its folder; send it under another --name.");
        }
        return TargetFile.open(target, offer.size(), replace, resume, opener);
    }

    private Path resolve(String name) {
        try {
            return folder.resolve(name).normalize();
        } catch (InvalidPathException e) { // a system, or a locale, that knows fewer characters
            throw new Failure(
                    ExitCode.REFUSED,
                    "The receiver's system cannot write the file name \"" + name + "\"; send it under another --name.",
                    e);
        }
    }
}
