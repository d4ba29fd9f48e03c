// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

import io.netty.channel.ConnectTimeoutException;
import io.netty.util.NetUtil;

/**
 * Turns what the operating system and Netty throw into a {@link Failure}: one sentence, one exit code.
 *
 * <p>The texts of the native transports are matched as well as the exception types, because epoll reports the same error
 * numbers through one exception class.
 */
public final class Failures {

    private Failures() {}

    /**
     * {@return why a connection to {@code target} could not be opened}
     *
     * @param server the command that should be running there
     */
    public static Failure connecting(HostAndPort target, String server, Throwable cause) {
        String text = text(cause);
        if (cause instanceof Failure known) {
            return known;
        }
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            return new Failure(
                    ExitCode.UNKNOWN_HOST,
                    "No host is called \"" + target.host() + "\"; check the spelling, or give its IP address.",
                    cause);
        }
        if (cause instanceof ConnectTimeoutException || text.contains("timed out")) {
            return new Failure(
                    ExitCode.REFUSED, target + " did not answer in time; is it up, and does UDP reach it?", cause);
        }
        if (cause instanceof NoRouteToHostException || text.contains("unreachable") || text.contains("no route")) {
            return new Failure(ExitCode.REFUSED, target + " cannot be reached from here; check the network.", cause);
        }
        if (cause instanceof ConnectException || text.contains("refused")) {
            return new Failure(
                    ExitCode.REFUSED,
                    target + " refused the connection; is \"" + server + "\" running there, on that port?",
                    cause);
        }
        if (text.contains("reset")) {
            return new Failure(ExitCode.RESET, target + " reset the connection while it was being opened.", cause);
        }
        return new Failure(
                ExitCode.INTERNAL, Sentence.ended("Cannot connect to " + target + ": " + reason(cause)), cause);
    }

    /** {@return why {@code address} could not be listened on} */
    public static Failure listening(InetSocketAddress address, Throwable cause) {
        String text = text(cause);
        String where = address.getHostString() + ":" + address.getPort();
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            return new Failure(
                    ExitCode.UNKNOWN_HOST,
                    "No host is called \"" + address.getHostString() + "\"; give an address of this machine.",
                    cause);
        }
        if (text.contains("already in use")) {
            return new Failure(ExitCode.CANNOT_LISTEN, inUse(address, PortHolders.of(address.getPort())) + ".", cause);
        }
        if (text.contains("assign requested")) {
            return new Failure(
                    ExitCode.CANNOT_LISTEN,
                    address.getHostString() + " is not an address of this machine; choose another.",
                    cause);
        }
        if (text.contains("permission") || text.contains("not permitted")) {
            return new Failure(
                    ExitCode.CANNOT_LISTEN,
                    "Port " + address.getPort() + " needs privileges; choose one above 1023.",
                    cause);
        }
        return new Failure(
                ExitCode.CANNOT_LISTEN, Sentence.ended("Cannot listen on " + where + ": " + reason(cause)), cause);
    }

    /**
     * {@return that a port is taken, and what helps: all addresses of a host and one of them cannot both be listened on}
     *
     * @param holders where it is taken, as far as that is known
     */
    static String inUse(InetSocketAddress wanted, Set<InetAddress> holders) {
        String port = "Port " + wanted.getPort() + " is in use";
        InetAddress address = wanted.getAddress();
        boolean everywhere = holders.stream().anyMatch(InetAddress::isAnyLocalAddress);
        if (holders.isEmpty() || address == null || address.isAnyLocalAddress() == everywhere) {
            return port + "; stop the program that has it, or choose another";
        }
        String holder = NetUtil.toAddressString(holders.iterator().next());
        String named = NetUtil.toAddressString(address);
        return address.isAnyLocalAddress()
                ? port + " at " + holder + ", so it is not free at all addresses; listen at one, such as "
                        + localBut(holder) + ", or choose another port"
                : port + " at all addresses, so at " + named
                        + ", too; start the program that has it at one address, as in \"tou ping --serve "
                        + new HostAndPort(localBut(named), wanted.getPort()) + "\", or choose another port";
    }

    private static String localBut(String address) {
        return address.equals("127.0.0.1") ? "127.0.0.2" : "127.0.0.1";
    }

    /** {@return why {@code file} could not be read} */
    public static Failure reading(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException || Files.notExists(file)) { // of java.io, one exception is all
            return new Failure(ExitCode.UNREADABLE, "There is no file " + file + "; check the path.", cause);
        }
        if (cause instanceof AccessDeniedException) {
            return new Failure(ExitCode.UNREADABLE, "You may not read " + file + "; check its permissions.", cause);
        }
        return new Failure(ExitCode.UNREADABLE, "Cannot read " + file + ": " + reason(cause) + ".", cause);
    }

    /** {@return why the folder {@code folder}, an absolute path, could not be created with those that it is in} */
    public static Failure creating(Path folder, IOException cause) {
        if (cause instanceof FileAlreadyExistsException there) {
            return new Failure(
                    ExitCode.UNWRITABLE, there.getFile() + " is a file and no folder; choose another one.", cause);
        }
        Path there = folder.getParent();
        while (there != null && there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there == null
                ? writing(folder, "it", cause)
                : writing(there, there.relativize(folder).toString(), cause);
    }

    /** {@return why {@code file}, absolute or not, could not be written, or made} */
    public static Failure writing(Path file, IOException cause) {
        Path whole = file.toAbsolutePath();
        Path folder = whole.getParent();
        return folder == null || Files.isDirectory(whole) // the root is in no folder
                ? folder(whole, cause)
                : writing(folder, String.valueOf(whole.getFileName()), cause);
    }

    /** {@return why nothing can be written to {@code folder} itself} */
    public static Failure folder(Path folder, IOException cause) {
        return new Failure(ExitCode.UNWRITABLE, folder + " is a folder; name a file.", cause);
    }

    /** {@return why something named {@code name} could not be written in {@code folder}, or made there} */
    public static Failure writing(Path folder, String name, IOException cause) {
        String text = text(cause);
        if (text.contains("no space left") || text.contains("quota") || text.contains("not enough space")) {
            return new Failure(
                    ExitCode.DISK_FULL,
                    "The disk is full, so " + name + " was not kept; make room in " + folder + ".",
                    cause);
        }
        if (text.contains("file too large")) {
            return new Failure(
                    ExitCode.DISK_FULL,
                    name + " is larger than a file may be in " + folder + ", so it was not kept.",
                    cause);
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            return new Failure(ExitCode.UNWRITABLE, folder + " is a file and no folder; choose another one.", cause);
        }
        if (cause instanceof NoSuchFileException) { // /proc says so, too, of what nobody can make in it
            String sentence = Files.isDirectory(folder)
                    ? "The folder " + folder + " is there, but " + name + " cannot be made in it; choose another one."
                    : "There is no folder " + folder + "; create it, or choose another one.";
            return new Failure(ExitCode.UNWRITABLE, sentence, cause);
        }
        if (cause instanceof AccessDeniedException) {
            return new Failure(
                    ExitCode.UNWRITABLE, "You may not write in " + folder + "; check its permissions.", cause);
        }
        return new Failure(
                ExitCode.UNWRITABLE, "Cannot write " + name + " in " + folder + ": " + reason(cause) + ".", cause);
    }

    /** {@return why {@code file}, which has been begun, could not be written to its end} */
    public static Failure breakingOff(Path file, IOException cause) {
        Failure writing = writing(file, cause);
        String sentence = writing.exit() == ExitCode.DISK_FULL
                ? "The disk is full, so " + file + " is not complete; make room in "
                        + file.toAbsolutePath().getParent() + "."
                : file + " is not complete, because it could not be written: " + reason(cause) + ".";
        return new Failure(writing.exit(), sentence, cause);
    }

    /** {@return what a command ends with because of anything at all: a failure, an exception that is a bug, an error of Java} */
    public static Failure of(Throwable cause) {
        if (cause instanceof Failure known) {
            return known;
        }
        if (cause instanceof OutOfMemoryError) {
            boolean threads = text(cause).contains("native thread"); // a larger heap would leave less for them
            String sentence = threads
                    ? "The system lets Java begin no more threads; end other programs, or raise the limit (\"ulimit -u\")."
                    : "Java has run out of memory (" + reason(cause) + "); JAVA_OPTS=-Xmx2g would give it 2 GiB.";
            return new Failure(ExitCode.INTERNAL, sentence, cause);
        }
        if (cause instanceof NoClassDefFoundError && !text(cause).contains(" ")) { // else the class is there and fails
            return new Failure(
                    ExitCode.INTERNAL,
                    "A part of tou is missing (" + reason(cause) + "); was it built again, or removed, while this ran?"
                            + " Start it again.",
                    cause);
        }
        return new Failure(
                ExitCode.INTERNAL,
                "Internal error: " + cause + "; run it again with --debug and report what it prints.",
                cause);
    }

    private static String text(Throwable cause) {
        return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    }

    /** What the system says, without the path that a {@link FileSystemException} repeats. */
    private static String reason(Throwable cause) {
        if (cause instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
