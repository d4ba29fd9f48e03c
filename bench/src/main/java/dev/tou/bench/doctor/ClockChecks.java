// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import dev.tou.bench.Units;

/** What it costs to ask for the time, and how late a timer is. */
final class ClockChecks {

    private static final String CLOCK_SOURCE = "sys/devices/system/clocksource/clocksource0/current_clocksource";

    /** Those that are read without a system call. */
    private static final Set<String> FAST =
            Set.of("tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase");

    private static final int ROUNDS = 50;
    private static final int READINGS = 5_000;
    private static final double SLOW_NANOS = 300;
    private static final int NAPS = 25;
    private static final long NAP_NANOS = 1_000_000;
    private static final long LATE_NANOS = 1_000_000;

    private final Sources sources;

    ClockChecks(Sources sources) {
        this.sources = sources;
    }

    List<Finding> findings() {
        return List.of(clock(readingNanos()), timer(latenessNanos()));
    }

    Finding clock(double nanos) {
        String source = sources.read(CLOCK_SOURCE);
        String what = (source == null ? "The time" : "The time is the kernel's " + source + ", and")
                + Units.format(" costs %.0f ns to read", nanos);
        Object[] facts = {"source", source, "readNanos", nanos};
        if (nanos > SLOW_NANOS || source != null && !FAST.contains(source)) {
            String other = source == null || FAST.contains(source)
                    ? "; each segment reads it several times, so find out what makes that slow here."
                    : ", with a system call for each segment; see whether tsc or kvm-clock is in available_clocksource"
                            + " of /sys/devices/system/clocksource/clocksource0.";
            return Finding.note("clock", what + other, facts);
        }
        return Finding.ok("clock", what + ".", facts);
    }

    Finding timer(long lateNanos) {
        String what = "A timer of 1 ms is " + Units.nanos(lateNanos) + " late (median of " + NAPS + ")";
        return lateNanos > LATE_NANOS
                ? Finding.note(
                        "timer",
                        what + ", so pacing and retransmissions are coarse; is the machine busy, or its timer slow?",
                        "lateNanos",
                        lateNanos)
                : Finding.ok("timer", what + ".", "lateNanos", lateNanos);
    }

    /** The best of several rounds: what else runs on the machine makes the others longer. */
    private static double readingNanos() {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            long last = begin;
            for (int i = 0; i < READINGS; i++) {
                last = System.nanoTime();
            }
            best = Math.min(best, (double) (last - begin) / READINGS);
        }
        return best;
    }

    private static long latenessNanos() {
        long[] late = new long[NAPS];
        for (int i = 0; i < NAPS; i++) {
            long begin = System.nanoTime();
            LockSupport.parkNanos(NAP_NANOS);
            late[i] = Math.max(0, System.nanoTime() - begin - NAP_NANOS);
        }
        Arrays.sort(late);
        return late[NAPS / 2];
    }
}
