// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The signal by which the attach interface asks a process to let somebody in: SIGQUIT. One that is no Java, and a Java that has
 * only just begun, do not take it, and would end of it; the JDK, before 21, sends it all the same. A Java whose socket is there
 * already, as with {@code -Xrs}, needs none.
 */
final class AttachSignal {

    private static final int SIGQUIT = 3;
    private static final String CAUGHT = "SigCgt:";
    private static final String NUMBERS = "NSpid:";
    private static final String VIRTUAL_MACHINE = "/libjvm.so";

    private AttachSignal() {}

    /** {@return whether a process takes it, or needs none; true as well where no {@code /proc} tells} */
    static boolean isTakenBy(long pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        if (!Files.exists(Path.of("/proc/self/status"))) {
            return true;
        }
        try {
            String status = Files.readString(process.resolve("status"));
            return hasSocket(process, status) || isCaughtIn(status) && hasVirtualMachine(process.resolve("maps"));
        } catch (IOException | java.io.UncheckedIOException ended) {
            return false;
        }
    }

    /** {@return whether the process with this {@code /proc/PID/status} has a handler for it} */
    private static boolean isCaughtIn(String status) {
        return (Long.parseUnsignedLong(word(status, CAUGHT), 16) & 1L << (SIGQUIT - 1)) != 0;
    }

    // It is called by the number that the process has where it lives, which may be a container.
    private static boolean hasSocket(Path process, String status) {
        return Files.exists(process.resolve("root/tmp/.java_pid" + word(status, NUMBERS)));
    }

    /** {@return the last word of a line of {@code /proc/PID/status}; 0 if there is none} */
    private static String word(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.replaceAll(".*\\s", ""))
                .findFirst()
                .orElse("0");
    }

    // Others catch it too, to end in order.
    private static boolean hasVirtualMachine(Path maps) throws IOException {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.anyMatch(line -> line.contains(VIRTUAL_MACHINE));
        }
    }
}
