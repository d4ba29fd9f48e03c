// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

import dev.tou.bench.Units;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;

/** The virtual machine, and the machine around it. */
final class MachineChecks {

    private static final long LITTLE_MEMORY = 256L << 20;
    private static final int LEAST_JAVA = 17;

    private final Sources sources;

    MachineChecks(Sources sources) {
        this.sources = sources;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(cores(Runtime.getRuntime().availableProcessors()));
        findings.add(
                memory(PlatformDependent.maxDirectMemory(), Runtime.getRuntime().maxMemory()));
        findings.add(kernel(System.getProperty("os.name")));
        findings.add(leakDetection());
        return findings;
    }

    private static Finding java() {
        String vendor = System.getProperty("java.vendor");
        String what = Runtime.version() + " of " + vendor + ", " + System.getProperty("java.vm.name");
        Object[] facts = {"version", Runtime.version().toString(), "vendor", vendor};
        if (String.valueOf(System.getProperty("java.vm.info")).contains("interpreted")) {
            return Finding.note("java", what + ", interprets only, which is slow; run it without -Xint.", facts);
        }
        return Runtime.version().feature() < LEAST_JAVA
                ? Finding.problem("java", what + "; install a JDK 17 or newer.", facts)
                : Finding.ok("java", what + ".", facts);
    }

    /** What this process may use of the cores, which a container may have limited. */
    Finding cores(int available) {
        String info = sources.read("proc/cpuinfo");
        long there = info == null
                ? available
                : info.lines().filter(line -> line.startsWith("processor")).count();
        Double quota = quota();
        Object[] facts = {"available", available, "machine", there, "quota", quota};
        String what = available == there || there == 0
                ? available + (available == 1 ? " core" : " cores")
                : available + " of " + there + " cores";
        if (quota != null && quota < 2) {
            return Finding.note(
                    "cores",
                    what + ", and the container is stopped after " + Units.format("%.1f", quota)
                            + " of them: pauses that count as latency; raise its limit (docker run --cpus).",
                    facts);
        }
        return available < 2
                ? Finding.note(
                        "cores", what + ": client and server on this machine take turns; measure from another.", facts)
                : Finding.ok("cores", what + ".", facts);
    }

    private Double quota() {
        String limit = sources.read("sys/fs/cgroup/cpu.max");
        OptionalLong micros = Sources.number(limit, 0);
        OptionalLong period = Sources.number(limit, 1);
        return micros.isPresent() && period.isPresent() && period.getAsLong() > 0
                ? (Double) ((double) micros.getAsLong() / period.getAsLong())
                : null;
    }

    Finding memory(long direct, long heap) {
        OptionalLong limit = sources.number("sys/fs/cgroup/memory.max");
        String what = Units.bytes(heap) + " of heap, " + Units.bytes(direct) + " outside it"
                + (limit.isPresent() ? ", in a container of " + Units.bytes(limit.getAsLong()) : "");
        Object[] facts = {
            "heapBytes", heap, "directBytes", direct, "containerBytes", limit.isPresent() ? limit.getAsLong() : null
        };
        return direct < LITTLE_MEMORY
                ? Finding.note(
                        "memory",
                        what + ": receive windows stop growing when half of that is in use;"
                                + " give more with -XX:MaxDirectMemorySize=1g (JAVA_OPTS of ./tou).",
                        facts)
                : Finding.ok("memory", what + ".", facts);
    }

    static Finding kernel(String system) {
        String what = system + " " + System.getProperty("os.version") + " on " + System.getProperty("os.arch");
        Object[] facts = {"system", system, "version", System.getProperty("os.version")};
        return system.equals("Linux")
                ? Finding.ok("kernel", what + ".", facts)
                : Finding.note(
                        "kernel",
                        what + ": NIO works; epoll, io_uring and offloads are Linux's, use it for speed.",
                        facts);
    }

    private static Finding leakDetection() {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        String word = level.name().toLowerCase(Locale.ROOT);
        return level.ordinal() > ResourceLeakDetector.Level.SIMPLE.ordinal()
                ? Finding.note(
                        "leak detector",
                        "Netty follows buffers (" + word
                                + "), which costs much speed; run with -Dio.netty.leakDetection.level=simple.",
                        "level",
                        word)
                : Finding.ok("leak detector", word + ", which costs next to nothing.", "level", word);
    }
}
