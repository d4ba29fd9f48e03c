// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AllocationsTest {

    private static final int ARRAYS = 12;
    private static final int ARRAY_BYTES = 8 << 20; // each is larger than any buffer of a thread, and so is sampled

    @TempDir
    Path folder;

    private Object kept;

    @Test
    void onlyMeasuredRoundsCount() {
        Path file = folder.resolve("test.jfr");
        try (FlightRecording recording = FlightRecording.start(file)) {
            assertThat(recording).isNotNull();
            allocate(new RoundEvent("bulk", "warm", 0), () -> kept = new double[ARRAY_BYTES / Double.BYTES]);
            allocate(new RoundEvent("bulk", "tou", 1), () -> kept = new byte[ARRAY_BYTES]);
            allocate(new RoundEvent("bulk", "tou", 2), () -> kept = new byte[ARRAY_BYTES]);
            allocate(new RoundEvent("bulk", "tcp", 1), () -> kept = new char[ARRAY_BYTES / Character.BYTES]);
        }
        List<String> lines = Allocations.read(file);
        int tcp = indexOf(lines, "**bulk tcp**");
        List<String> tou = lines.subList(indexOf(lines, "**bulk tou**"), tcp);
        assertThat(String.join("\n", lines)).doesNotContain("warm").doesNotContain("[D  ");
        assertThat(tou)
                .anyMatch(line -> line.startsWith("- [B  ") && line.contains("AllocationsTest"))
                .noneMatch(line -> line.startsWith("- [C  "))
                .anyMatch(line ->
                        line.equals("- tou: objects of its classes 0 B/s, objects that its code asked for 0 B/s"));
        assertThat(lines.subList(tcp, lines.size())).anyMatch(line -> line.startsWith("- [C  "));
    }

    private static void allocate(RoundEvent round, Runnable allocation) {
        round.begin();
        for (int i = 0; i < ARRAYS; i++) {
            allocation.run();
        }
        round.commit();
    }

    private static int indexOf(List<String> lines, String start) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError(start + " is not in " + lines);
    }

    @Test
    void whoseAClassIs() {
        assertThat(Allocations.Owner.of("dev.tou.window.Train")).isEqualTo(Allocations.Owner.TOU);
        assertThat(Allocations.Owner.of("[Ldev.tou.window.Run;")).isEqualTo(Allocations.Owner.TOU);
        assertThat(Allocations.Owner.of("dev.tou.bench.compare.Flood")).isEqualTo(Allocations.Owner.OTHER);
        assertThat(Allocations.Owner.of("[[Lio.netty.buffer.ByteBuf;")).isEqualTo(Allocations.Owner.NETTY);
        assertThat(Allocations.Owner.of("[B")).isEqualTo(Allocations.Owner.OTHER);
    }

    @Test
    void theJdkIsMoreThanItsPublicPackages() {
        assertThat(List.of(
                        "java.util.ArrayList",
                        "javax.crypto.Cipher",
                        "jdk.internal.misc.Unsafe",
                        "sun.nio.ch.IOUtil",
                        "com.sun.crypto.provider.GCTR"))
                .allMatch(Allocations::isOfJdk);
        assertThat(List.of("dev.tou.window.Train", "io.netty.buffer.ByteBuf", "sunny.Day", "javassist.ClassPool"))
                .noneMatch(Allocations::isOfJdk);
    }

    @Test
    void eachProcessHasItsFile() {
        Path file = folder.resolve("run.jfr");
        assertThat(FlightRecording.fileOf(file, "client")).isEqualTo(folder.resolve("run-client.jfr"));
        assertThat(FlightRecording.fileOf(folder.resolve("run"), "server")).isEqualTo(folder.resolve("run-server.jfr"));
    }
}
