// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The wheel on Netty's own event loop, in virtual time. */
class TimerWheelOnEventLoopTest {

    private final MockTicker ticker = Ticker.newMockTicker();
    private final Loop loop = new Loop(ticker);
    private final TimerWheel wheel = new TimerWheel(loop);

    private static final class Loop extends ManualIoEventLoop {

        Loop(Ticker ticker) {
            super(null, Thread.currentThread(), executor -> new NoIo(), ticker);
        }

        /** {@return the deadline of the next task, -1 if none is pending} */
        long nextTaskNanos() {
            return nextScheduledTaskDeadlineNanos();
        }
    }

    private static final class NoIo implements IoHandler {

        @Override
        public int run(IoHandlerContext context) {
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }

    private final class Recorder extends ConnectionTimer {

        final List<Long> delays = new ArrayList<>();

        Recorder() {
            super(wheel);
        }

        @Override
        protected void onExpiry(long nowNanos) {
            for (TcpTimer timer; (timer = pollExpired(nowNanos)) != null; ) {
                delays.add(nowNanos - deadlineNanos(timer));
            }
        }
    }

    @Test
    void expiresOnTimeAndLeavesNoTaskBehind() {
        List<Recorder> connections = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Recorder connection = new Recorder();
            connection.arm(TcpTimer.RETRANSMISSION, wheel.nowNanos() + i * i * 12_345L);
            connections.add(connection);
        }
        int passes = 0;
        while (wheel.size() > 0) {
            assertThat(++passes).isLessThan(100_000);
            ticker.advance(Math.max(0, loop.nextTaskNanos() - ticker.nanoTime()), TimeUnit.NANOSECONDS);
            loop.runNow();
        }
        for (Recorder connection : connections) {
            assertThat(connection.delays).hasSize(1);
            assertThat(connection.delays.get(0)).isBetween(0L, TimerWheel.TICK_NANOS - 1);
        }
        assertThat(loop.nextTaskNanos()).isEqualTo(-1);
    }

    @Test
    void closingCancelsTheTask() {
        new Recorder().arm(TcpTimer.KEEPALIVE, wheel.nowNanos() + 1);
        assertThat(loop.nextTaskNanos()).isNotEqualTo(-1);
        wheel.close();
        assertThat(loop.nextTaskNanos()).isEqualTo(-1);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void anExceptionReachesATaskOfTheLoopAndNotTheWheel() {
        Recorder healthy = new Recorder();
        ConnectionTimer broken = new ConnectionTimer(wheel) {
            @Override
            protected void onExpiry(long nowNanos) {
                throw new RuntimeException("as the test wants; the loop logs it", null, false, false) {};
            }
        };
        broken.arm(TcpTimer.PACING, 0);
        healthy.arm(TcpTimer.PACING, 0);
        ticker.advance(1, TimeUnit.MILLISECONDS);
        loop.runNow();
        assertThat(healthy.delays).hasSize(1);
        assertThat(broken.anyArmed()).isFalse();
    }

    @Test
    void anotherThreadMayNotArm() {
        Recorder connection = new Recorder();
        assertThatThrownBy(() -> CompletableFuture.runAsync(() -> connection.arm(TcpTimer.PACING, 0))
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AssertionError.class);
    }
}
