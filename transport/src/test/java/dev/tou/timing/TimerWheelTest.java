// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.timing.TcpTimer.DELAYED_ACK;
import static dev.tou.timing.TcpTimer.KEEPALIVE;
import static dev.tou.timing.TcpTimer.PACING;
import static dev.tou.timing.TcpTimer.RETRANSMISSION;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimerWheelTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long HOUR = 3600 * SECOND;

    private final VirtualScheduler loop = new VirtualScheduler(Long.MAX_VALUE - 100 * SECOND);
    private final TimerWheel wheel = new TimerWheel(loop);

    /** Records what expires and when, then does what the test wants. */
    private final class Recorder extends ConnectionTimer {

        final List<TcpTimer> expired = new ArrayList<>();
        final List<Long> delays = new ArrayList<>();
        Consumer<TcpTimer> then = timer -> {};
        int calls;

        Recorder() {
            super(wheel);
        }

        @Override
        protected void onExpiry(long nowNanos) {
            calls++;
            for (TcpTimer timer; (timer = pollExpired(nowNanos)) != null; ) {
                expired.add(timer);
                delays.add(nowNanos - deadlineNanos(timer));
                then.accept(timer);
            }
        }

        void armIn(TcpTimer timer, long delayNanos) {
            arm(timer, loop.nanoTime() + delayNanos);
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                MILLI - 1,
                MILLI,
                MILLI + 1,
                63 * MILLI,
                64 * MILLI,
                65 * MILLI + 7,
                4095 * MILLI,
                4096 * MILLI,
                300 * SECOND + 1,
                2 * HOUR,
                5 * HOUR,
                1000 * HOUR + 12_345_678
            })
    void expiresAtTheTickAfterItsDeadlineOnEveryLevel(long delayNanos) {
        for (long phase = 0; phase < 5; phase++) {
            loop.advance(phase * 777_777_777);
            Recorder connection = new Recorder();
            connection.armIn(RETRANSMISSION, delayNanos);

            loop.advance(delayNanos - 1);
            assertThat(connection.expired).as("early").isEmpty();
            loop.advance(MILLI);
            assertThat(connection.expired).containsExactly(RETRANSMISSION);
            assertThat(connection.delays.get(0)).isBetween(0L, MILLI - 1);
            assertThat(wheel.size()).isZero();
            assertThat(loop.isScheduled()).isFalse();
        }
    }

    @Test
    void wakesTheLoopOncePerDeadlineAndNotToMoveNodesDown() {
        Recorder connection = new Recorder();
        connection.armIn(KEEPALIVE, 2 * HOUR);
        loop.advance(2 * HOUR);
        assertThat(connection.expired).containsExactly(KEEPALIVE);
        assertThat(loop.schedules).isEqualTo(1);
    }

    @Test
    void movingADeadlineLaterOnlyStoresIt() {
        Recorder connection = new Recorder();
        connection.armIn(RETRANSMISSION, 200 * MILLI);
        for (int ack = 0; ack < 1_000_000; ack++) {
            connection.armIn(RETRANSMISSION, 200 * MILLI);
            loop.advance(10_000);
        }
        // 10 s of acknowledgments: the loop looks every 200 ms.
        assertThat(connection.calls).isZero();
        assertThat(loop.schedules).isLessThanOrEqualTo(51);
        loop.advance(201 * MILLI);
        assertThat(connection.expired).containsExactly(RETRANSMISSION);
    }

    @Test
    void armingAndDisarmingTheOnlyTimerDoesNotScheduleEveryTime() {
        Recorder connection = new Recorder();
        for (int message = 0; message < 10_000; message++) {
            connection.armIn(RETRANSMISSION, 200 * MILLI);
            assertThat(wheel.size()).isEqualTo(1);
            loop.advance(10_000);
            connection.disarm(RETRANSMISSION);
            assertThat(wheel.size()).isZero();
        }
        assertThat(loop.schedules).isEqualTo(1);

        loop.advance(SECOND);
        assertThat(loop.isScheduled()).as("the last task finds nothing").isFalse();
        assertThat(connection.expired).isEmpty();
    }

    @Test
    void whatWasDisarmedWakesNobody() {
        Recorder last = new Recorder();
        last.armIn(KEEPALIVE, 300 * MILLI);
        for (int delay = 200; delay >= 100; delay -= 10) {
            Recorder closed = new Recorder();
            closed.armIn(KEEPALIVE, delay * MILLI);
            closed.disarmAll();
        }
        long schedulesBefore = loop.schedules;
        loop.advance(300 * MILLI);
        assertThat(last.expired).containsExactly(KEEPALIVE);
        // The task for the earliest of them finds nothing and asks for the one that is left.
        assertThat(loop.schedules - schedulesBefore).isEqualTo(1);
    }

    @Test
    void anEarlierDeadlineReplacesTheTaskOfTheLoop() {
        Recorder slow = new Recorder();
        Recorder fast = new Recorder();
        slow.armIn(RETRANSMISSION, 200 * MILLI);
        fast.armIn(DELAYED_ACK, 25 * MILLI);
        assertThat(loop.delayNanos()).isEqualTo(25 * MILLI);
        slow.armIn(PACING, 3 * MILLI);
        assertThat(loop.delayNanos()).isEqualTo(3 * MILLI);

        loop.advance(25 * MILLI);
        assertThat(slow.expired).containsExactly(PACING);
        assertThat(fast.expired).containsExactly(DELAYED_ACK);
        loop.advance(175 * MILLI);
        assertThat(slow.expired).containsExactly(PACING, RETRANSMISSION);
    }

    @Test
    void catchesUpAfterAStallInAsManyStepsAsThereAreOccupiedSlots() {
        List<Recorder> connections = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Recorder connection = new Recorder();
            connection.armIn(RETRANSMISSION, 200 * MILLI + i * 1000);
            connection.armIn(KEEPALIVE, 2 * HOUR);
            connections.add(connection);
        }
        loop.stall(40 * 60 * SECOND);
        assertThat(loop.runOnce()).isTrue();

        assertThat(connections).allMatch(c -> c.expired.equals(List.of(RETRANSMISSION)));
        assertThat(connections.get(0).delays.get(0)).as("target time").isEqualTo(40 * 60 * SECOND - 200 * MILLI);
        assertThat(wheel.emptiedSlots).isLessThanOrEqualTo(2);
        assertThat(loop.runOnce()).isFalse();
        assertThat(wheel.size()).isEqualTo(1000);
    }

    @Test
    void aDeadlineThatHasPassedExpiresInTheNextPassAndNotInThisOne() {
        Recorder connection = new Recorder();
        connection.then = timer -> connection.armIn(PACING, -5 * MILLI);
        connection.armIn(PACING, -HOUR);
        for (int pass = 1; pass <= 100; pass++) {
            assertThat(loop.delayNanos()).isZero();
            assertThat(loop.runOnce()).isTrue();
            assertThat(connection.expired).hasSize(pass);
        }
    }

    @Test
    void anExpiredTimerThatIsNotPolledIsOfferedAgainInTheNextPass() {
        int[] offers = {0};
        ConnectionTimer suspicious = new ConnectionTimer(wheel) {
            @Override
            protected void onExpiry(long nowNanos) {
                if (++offers[0] == 2) {
                    assertThat(pollExpired(nowNanos)).isEqualTo(RETRANSMISSION);
                }
            }
        };
        suspicious.arm(RETRANSMISSION, loop.nanoTime());
        loop.runOnce();
        assertThat(offers[0]).isEqualTo(1);
        loop.runOnce();
        assertThat(offers[0]).isEqualTo(2);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void pollsTheEarliestFirstAndOfEqualOnesTheFirstListed() {
        Recorder connection = new Recorder();
        connection.armIn(KEEPALIVE, MILLI);
        connection.armIn(DELAYED_ACK, 2 * MILLI);
        connection.armIn(RETRANSMISSION, 2 * MILLI);
        connection.armIn(PACING, 3 * MILLI);
        assertThat(connection.earliestNanos()).isEqualTo(loop.nanoTime() + MILLI);
        loop.stall(3 * MILLI);
        loop.runOnce();
        assertThat(connection.expired).containsExactly(KEEPALIVE, RETRANSMISSION, DELAYED_ACK, PACING);
    }

    @Test
    void aTimerMayDisarmAnotherConnectionThatIsDueInTheSamePass() {
        List<Recorder> connections = List.of(new Recorder(), new Recorder(), new Recorder(), new Recorder());
        for (Recorder connection : connections) {
            connection.armIn(RETRANSMISSION, MILLI);
            connection.then = timer -> connections.forEach(ConnectionTimer::disarmAll);
        }
        loop.advance(MILLI);
        assertThat(connections.stream().mapToInt(c -> c.expired.size()).sum()).isEqualTo(1);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aTimerMayMoveAnotherConnectionThatIsDueInTheSamePass() {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        first.then = timer -> second.armIn(RETRANSMISSION, 10 * MILLI);
        second.then = timer -> first.armIn(RETRANSMISSION, 10 * MILLI);
        first.armIn(RETRANSMISSION, MILLI);
        second.armIn(RETRANSMISSION, MILLI);
        loop.advance(MILLI);
        assertThat(first.expired.size() + second.expired.size()).isEqualTo(1);
        loop.advance(10 * MILLI);
        assertThat(first.expired.size() + second.expired.size()).isEqualTo(2);
    }

    @Test
    void aTimerMayArmOtherTimersOfItsOwnAndNewConnections() {
        Recorder parent = new Recorder();
        Recorder child = new Recorder();
        parent.then = timer -> {
            if (timer == RETRANSMISSION) {
                parent.armIn(PACING, 100 * MILLI);
                child.armIn(DELAYED_ACK, MILLI / 2);
            }
        };
        parent.armIn(RETRANSMISSION, MILLI);
        loop.advance(2 * MILLI);
        assertThat(child.expired).containsExactly(DELAYED_ACK);
        loop.advance(100 * MILLI);
        assertThat(parent.expired).containsExactly(RETRANSMISSION, PACING);
        assertThat(loop.isScheduled()).isFalse();
    }

    @Test
    void anExceptionIsReportedAndDisturbsNoOtherConnection() {
        Recorder before = new Recorder();
        Recorder broken = new Recorder();
        Recorder after = new Recorder();
        for (Recorder connection : List.of(before, broken, after)) {
            connection.armIn(RETRANSMISSION, MILLI);
            connection.armIn(PACING, MILLI);
            connection.armIn(KEEPALIVE, HOUR);
        }
        broken.then = timer -> {
            throw new IllegalStateException("as the test wants");
        };
        loop.advance(2 * MILLI);
        assertThat(loop.reported).hasSize(1);
        assertThat(before.expired).hasSize(2);
        assertThat(broken.expired).hasSize(1);
        assertThat(after.expired).hasSize(2);
        assertThat(broken.isArmed(PACING)).isFalse();
        loop.advance(HOUR);
        assertThat(broken.expired).containsExactly(RETRANSMISSION, KEEPALIVE);
    }

    @Test
    void closingForgetsEverythingEvenFromInsideATimer() {
        List<Recorder> connections = List.of(new Recorder(), new Recorder(), new Recorder());
        for (Recorder connection : connections) {
            connection.armIn(RETRANSMISSION, MILLI);
            connection.armIn(KEEPALIVE, HOUR);
            connection.then = timer -> wheel.close();
        }
        loop.advance(2 * HOUR);
        assertThat(connections.stream().mapToInt(c -> c.expired.size()).sum()).isEqualTo(1);
        assertThat(wheel.size()).isZero();
        assertThat(loop.isScheduled()).isFalse();

        connections.get(0).armIn(PACING, MILLI);
        assertThat(wheel.size()).isZero();
        assertThat(loop.isScheduled()).isFalse();
    }

    @Test
    void answersWhatIsArmed() {
        Recorder connection = new Recorder();
        assertThat(connection.anyArmed()).isFalse();
        assertThat(connection.earliestNanos()).isEqualTo(Long.MAX_VALUE);
        long deadlineNanos = loop.nanoTime() + SECOND;
        connection.arm(KEEPALIVE, deadlineNanos);
        assertThat(connection.isArmed(KEEPALIVE)).isTrue();
        assertThat(connection.isArmed(PACING)).isFalse();
        assertThat(connection.deadlineNanos(KEEPALIVE)).isEqualTo(deadlineNanos);
        connection.disarm(PACING);
        assertThat(wheel.size()).isEqualTo(1);
        connection.disarmAll();
        assertThat(connection.anyArmed()).isFalse();
        assertThat(wheel.size()).isZero();
    }
}
