// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.JsonLines;
import io.netty.channel.EventLoop;

/** What one process has received and used. Written by its event loop, read by anybody. */
public final class Meter {

    /**
     * Its state at one moment.
     *
     * @param bytes received so far
     * @param nanos when, by this process's clock
     * @param cpuNanos of the whole process so far
     * @param allocatedBytes by the event loop so far
     */
    public record Reading(long bytes, long nanos, long cpuNanos, long allocatedBytes) {

        public static Reading of(JsonNode event) {
            return new Reading(
                    event.path("bytes").asLong(),
                    event.path("nanos").asLong(),
                    event.path("cpuNanos").asLong(),
                    event.path("allocatedBytes").asLong());
        }

        public Map<String, Object> fields() {
            return JsonLines.fields(
                    "bytes", bytes, "nanos", nanos, "cpuNanos", cpuNanos, "allocatedBytes", allocatedBytes);
        }

        /** {@return how far it has gone since {@code earlier}} */
        public Reading since(Reading earlier) {
            return new Reading(
                    bytes - earlier.bytes,
                    nanos - earlier.nanos,
                    cpuNanos - earlier.cpuNanos,
                    allocatedBytes - earlier.allocatedBytes);
        }

        public double bitsPerSecond() {
            return bytes * 8e9 / nanos;
        }
    }

    private static final com.sun.management.OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

    private static final com.sun.management.ThreadMXBean THREADS =
            ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);

    private final long loopThread;
    private final AtomicLong bytes = new AtomicLong();

    /** For the only event loop of this process. */
    public Meter(EventLoop loop) throws InterruptedException {
        loopThread = loop.submit(() -> Thread.currentThread().getId()).sync().getNow();
    }

    /** Only the event loop calls it, so that it needs no locked instruction. */
    void received(int count) {
        bytes.lazySet(bytes.getPlain() + count);
    }

    public Reading read() {
        return new Reading(
                bytes.get(),
                System.nanoTime(),
                SYSTEM.getProcessCpuTime(),
                THREADS.getThreadAllocatedBytes(loopThread));
    }
}
