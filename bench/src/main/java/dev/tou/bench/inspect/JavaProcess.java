// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * A Java process of this host.
 *
 * @param command its main class or jar, with its arguments; empty if that is not known
 */
record JavaProcess(long pid, String command) {

    private static final String ROOT = "root";

    /** By a signal, and by a debugger, in the words of {@code /proc/PID/stat}. */
    private static final char STOPPED = 'T';

    private static final char TRACED = 't';

    /** Who looks has no connections. */
    private static final long OURSELVES = ProcessHandle.current().pid();

    /** {@return the Java processes that can be seen, without this one} */
    static List<JavaProcess> all() {
        try {
            return VirtualMachine.list().stream()
                    .filter(process -> process.id().matches("\\d+"))
                    .map(JavaProcess::of)
                    .filter(process -> process.pid != OURSELVES)
                    .toList();
        } catch (NoClassDefFoundError noAttach) {
            throw noAttach(noAttach);
        }
    }

    private static JavaProcess of(VirtualMachineDescriptor descriptor) {
        return new JavaProcess(Long.parseLong(descriptor.id()), descriptor.displayName());
    }

    static Failure noAttach(NoClassDefFoundError cause) {
        return new Failure(
                ExitCode.NO_PROCESS,
                "This Java has no module jdk.attach, without which no process can be looked into; set JAVA_HOME to a JDK.",
                cause);
    }

    /**
     * {@return the process with this number}
     *
     * @throws Failure if there is none
     */
    static JavaProcess of(long pid) {
        if (ProcessHandle.of(pid).isEmpty()) {
            throw new Failure(
                    ExitCode.NO_PROCESS,
                    "There is no process " + pid + " here; \"tou inspect\" lists those that use tou."
                            + " One in a container has another number outside of it.");
        }
        return all().stream()
                .filter(process -> process.pid == pid)
                .findFirst()
                .orElseGet(() -> new JavaProcess(pid, ""));
    }

    /** {@return whether it lives} */
    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private Optional<ProcessHandle.Info> info() {
        return ProcessHandle.of(pid).map(ProcessHandle::info);
    }

    /** {@return how long it has lived; zero if that is not known} */
    Duration age() {
        return info().flatMap(ProcessHandle.Info::startInstant)
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
    }

    /** {@return whose it is; empty if that is not known} */
    String user() {
        return info().flatMap(ProcessHandle.Info::user).orElse("");
    }

    /** {@return whether it belongs to somebody else, who alone may look into it; root may look into all} */
    boolean isForbidden() {
        return isForbidden(ProcessHandle.current().info().user().orElse(""), user());
    }

    static boolean isForbidden(String us, String owner) {
        boolean known = !us.isEmpty() && !owner.isEmpty();
        return known && !us.equals(ROOT) && !owner.equals(us);
    }

    /** {@return whether it is stopped, so that it answers nobody; false as well where no {@code /proc} tells} */
    boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2); // its name, in parentheses, may have some in it
            return state == STOPPED || state == TRACED;
        } catch (IOException | IndexOutOfBoundsException unknown) {
            return false;
        }
    }

    /** {@return whether it was started so that nobody can look into it} */
    boolean isLocked() {
        return info().flatMap(ProcessHandle.Info::arguments)
                .map(arguments -> List.of(arguments).contains("-XX:+DisableAttachMechanism"))
                .orElse(false);
    }

    /** {@return its command as a person would name it: without the folders of a jar, and short} */
    String title() {
        String name = command.replaceFirst("^\\S*/", "").replaceFirst("^dev\\.tou\\.bench\\.Tou\\b", "tou");
        name = name.replaceFirst("^tou\\.jar\\b", "tou");
        return name.isBlank() ? "process " + pid : name;
    }
}
