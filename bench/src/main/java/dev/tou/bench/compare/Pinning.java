// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.netty.channel.EventLoop;

/**
 * Keeps an event loop on one core, with {@code taskset}. Threads are found by name under {@code /proc}, so this works on
 * Linux only; the compiler's and collector's threads stay free.
 */
final class Pinning {

    /** Short enough to be told in full by the kernel, which keeps 15 characters. */
    static final String LOOP_NAME = "bench-loop";

    private static final Path THREADS = Path.of("/proc/self/task");

    private Pinning() {}

    /** {@return whether {@code loop}, whose threads are called {@link #LOOP_NAME}, now stays on {@code core}} */
    static boolean pin(EventLoop loop, int core) throws InterruptedException {
        loop.submit(() -> {}).sync(); // a loop has a thread only after its first task
        try (Stream<Path> threads = Files.list(THREADS)) {
            List<String> found = threads.filter(Pinning::isLoop)
                    .map(thread -> thread.getFileName().toString())
                    .toList();
            for (String thread : found) {
                Process taskset = new ProcessBuilder("taskset", "-p", "-c", String.valueOf(core), thread)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (taskset.waitFor() != 0) {
                    return false;
                }
            }
            return !found.isEmpty();
        } catch (IOException e) {
            return false; // not Linux, or no taskset
        }
    }

    private static boolean isLoop(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).startsWith(LOOP_NAME);
        } catch (IOException e) {
            return false; // it has ended
        }
    }
}
