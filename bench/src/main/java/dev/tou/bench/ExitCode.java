// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a {@code tou} command ends, as a number that a script can act on.
 *
 * <p>Every foreseeable way to fail has its own number, so that a script can tell "try again later" from "fix the
 * arguments" without reading the sentence on standard error. The same numbers travel in the file protocol, when a receiver
 * tells a sender why it gave up.
 */
public enum ExitCode {
    DONE(0, "done"),
    INTERNAL(1, "internal error: a bug in tou, Java out of memory, or something else that tou has no name for"),
    USAGE(2, "wrong usage: an unknown option, or a value out of range"),
    REFUSED(3, "the other end refused the connection or the transfer, or did not answer in time"),
    RESET(4, "the connection broke before the transfer was complete"),
    INTEGRITY(5, "the bytes that arrived are not the bytes that were sent (SHA-256)"),
    INVALID_MEASUREMENT(6, "the measurement ran, but its figures cannot be trusted"),
    UNKNOWN_HOST(7, "the host name cannot be resolved"),
    CANNOT_LISTEN(8, "the port is in use, or the address cannot be listened on"),
    UNREADABLE(9, "a file is missing or cannot be read"),
    DISK_FULL(10, "the disk is full, here or at the receiver"),
    EXISTS(11, "the receiver has a file of that name already, and was not told to replace it"),
    UNWRITABLE(12, "a file or folder cannot be written there, here or at the receiver"),
    NOT_SEEN(13, "a scenario of tou replay did not show what it is about"),
    NO_PROCESS(14, "there is no such process, or it cannot be looked into (tou inspect)"),
    INTERRUPTED(130, "interrupted (Ctrl-C, SIGINT)"),
    OUTPUT_CLOSED(141, "what read the output has gone, as \"head\" does when it has its lines (SIGPIPE)"),
    TERMINATED(143, "terminated (SIGTERM)");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** {@return the number that the process ends with} */
    public int code() {
        return code;
    }

    /** {@return what the number means, in one clause} */
    public String meaning() {
        return meaning;
    }

    /** {@return the exit code with this number; {@link #REFUSED} for a number that only a newer peer knows} */
    public static ExitCode of(int code) {
        for (ExitCode candidate : values()) {
            if (candidate.code == code) {
                return candidate;
            }
        }
        return REFUSED;
    }

    /** {@return all codes and meanings, in the form that picocli prints under "Exit codes:"} */
    static Map<String, String> asHelp() {
        Map<String, String> help = new LinkedHashMap<>();
        for (ExitCode exit : values()) {
            help.put(String.format("%3d", exit.code), exit.meaning);
        }
        return help;
    }
}
