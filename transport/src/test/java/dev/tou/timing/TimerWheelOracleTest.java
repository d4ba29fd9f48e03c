// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Millions of random arms, disarms, stalls and expiries, held against a sorted map of deadlines. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimerWheelOracleTest {

    private static final int CONNECTIONS = 300;
    private static final int STEPS = 2_000_000;
    private static final long MILLI = 1_000_000;

    private static final TcpTimer[] TIMERS = TcpTimer.values();

    private VirtualScheduler loop;
    private TimerWheel wheel;
    private SplittableRandom random;
    private Connection[] connections;

    /** Deadlines, relative to the start so that they sort, and who waits for them. */
    private final TreeMap<Long, Set<Long>> oracle = new TreeMap<>();

    private long startNanos;
    private long fired;

    private final class Connection extends ConnectionTimer {

        private final int index;

        Connection(int index) {
            super(wheel);
            this.index = index;
        }

        @Override
        protected void onExpiry(long nowNanos) {
            assertThat(nowNanos).isEqualTo(loop.nanoTime());
            long previous = Long.MIN_VALUE;
            for (TcpTimer timer; (timer = pollExpired(nowNanos)) != null; ) {
                long deadline = deadlineNanos(timer) - startNanos;
                if (deadline > now() || deadline < previous || !forget(this, timer, deadline)) {
                    throw new AssertionError(timer + " of " + index + ": " + deadline + " at " + now());
                }
                previous = deadline;
                fired++;
                if (random.nextInt(4) == 0) {
                    act(connections[random.nextInt(CONNECTIONS)]);
                    act(this);
                }
            }
        }

        void armAt(TcpTimer timer, long deadline) {
            if (isArmed(timer)) {
                assertThat(forget(this, timer, deadlineNanos(timer) - startNanos))
                        .isTrue();
            }
            oracle.computeIfAbsent(deadline, key -> new HashSet<>()).add(id(timer));
            arm(timer, startNanos + deadline);
        }

        void stop(TcpTimer timer) {
            if (isArmed(timer)) {
                assertThat(forget(this, timer, deadlineNanos(timer) - startNanos))
                        .isTrue();
            }
            disarm(timer);
        }

        long id(TcpTimer timer) {
            return (long) index * TIMERS.length + timer.ordinal();
        }
    }

    private long now() {
        return loop.nanoTime() - startNanos;
    }

    private boolean forget(Connection connection, TcpTimer timer, long deadline) {
        Set<Long> waiting = oracle.get(deadline);
        if (waiting == null || !waiting.remove(connection.id(timer))) {
            return false;
        }
        if (waiting.isEmpty()) {
            oracle.remove(deadline);
        }
        return true;
    }

    private void act(Connection connection) {
        TcpTimer timer = TIMERS[random.nextInt(TIMERS.length)];
        switch (random.nextInt(16)) {
            case 0 -> connection.stop(timer);
            case 1 -> {
                for (TcpTimer each : TIMERS) {
                    connection.stop(each);
                }
                connection.disarmAll();
            }
            default -> connection.armAt(timer, now() + randomDelay());
        }
    }

    /** Spread over all levels, past the end of the last, a little into the past. */
    private long randomDelay() {
        return switch (random.nextInt(8)) {
            case 0 -> -random.nextLong(3 * MILLI);
            case 1 -> random.nextLong(64) * MILLI;
            case 2 -> random.nextLong(1L << 45);
            default -> random.nextLong(1L << random.nextInt(1, 36));
        };
    }

    private void pass() {
        boolean anotherPass = true;
        while (anotherPass) {
            anotherPass = loop.runOnce();
        }
        Map.Entry<Long, Set<Long>> first = oracle.firstEntry();
        if (first != null && first.getKey() <= now() - MILLI) {
            throw new AssertionError(first + " is late at " + now());
        }
        if (first != null && !loop.isScheduled()) {
            throw new AssertionError("nobody will wake the loop for " + first);
        }
    }

    private void run(long seed, long start) {
        System.out.println("TimerWheelOracleTest seed=" + seed + " start=" + start);
        random = new SplittableRandom(seed);
        loop = new VirtualScheduler(start);
        startNanos = start;
        wheel = new TimerWheel(loop);
        connections = new Connection[CONNECTIONS];
        for (int i = 0; i < CONNECTIONS; i++) {
            connections[i] = new Connection(i);
        }
        for (int step = 0; step < STEPS; step++) {
            act(connections[random.nextInt(CONNECTIONS)]);
            if (random.nextInt(8) == 0) {
                forward();
                pass();
            }
        }
        assertThat(fired).isGreaterThan(STEPS / 16);
        for (Connection connection : connections) {
            connection.disarmAll();
        }
        assertThat(wheel.size()).isZero();
        assertThat(loop.reported).isEmpty();
    }

    private void forward() {
        switch (random.nextInt(64)) {
            case 0 -> loop.stall(random.nextLong(3_600_000) * MILLI);
            case 1 -> loop.stall(random.nextLong(1L << 45));
            case 2, 3, 4, 5 -> loop.stall(random.nextLong(1L << random.nextInt(1, 33)));
            default -> {
                if (loop.isScheduled() && loop.delayNanos() > 0) {
                    loop.stall(loop.delayNanos());
                }
            }
        }
    }

    @Test
    void agreesWithASortedMapOfDeadlines() {
        run(new SplittableRandom().nextLong(), 0);
    }

    @Test
    void agreesWhileTheClockWraps() {
        run(new SplittableRandom().nextLong(), Long.MAX_VALUE - (1L << 40));
    }

    @Test
    void agreesOnAClockThatIsNegative() {
        run(new SplittableRandom().nextLong(), -12_345_678_901L);
    }
}
