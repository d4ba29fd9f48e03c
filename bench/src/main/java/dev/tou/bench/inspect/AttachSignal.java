// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The signal by which the attach interface asks a process to let somebody in: SIGQUIT. A process that is no Java, a Java that was
 * started with {@code -Xrs}, and one that has only just begun, do not take it, and would end of it; Java before 21 sends it all
 * the same.
 */
final class AttachSignal {

    private static final int SIGQUIT = 3;
    private static final String CAUGHT = "SigCgt:";
    private static final String VIRTUAL_MACHINE = "/libjvm.so";

    private AttachSignal() {}

    /** {@return whether a process takes it; true as well where no {@code /proc} tells} */
    static boolean isTakenBy(long pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        Path status = process.resolve("status");
        if (!Files.exists(Path.of("/proc/self/status"))) {
            return true;
        }
        try {
            return isCaughtIn(Files.readString(status)) && hasVirtualMachine(process.resolve("maps"));
        } catch (IOException | java.io.UncheckedIOException ended) {
            return false;
        }
    }

    /** {@return whether the process with this {@code /proc/PID/status} has a handler for it} */
    static boolean isCaughtIn(String status) {
        return status.lines()
                .filter(line -> line.startsWith(CAUGHT))
                .map(line -> line.substring(CAUGHT.length()).strip())
                .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & 1L << (SIGQUIT - 1)) != 0);
    }

    // Others catch it too, to end in order.
    private static boolean hasVirtualMachine(Path maps) throws IOException {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.anyMatch(line -> line.contains(VIRTUAL_MACHINE));
        }
    }
}
