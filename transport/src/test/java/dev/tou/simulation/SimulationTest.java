// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static dev.tou.simulation.TwoHosts.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SimulationTest {
    private final TwoHosts net = new TwoHosts();
    private final EventLoop loop = net.a.eventLoop();
    private final List<Long> log = new ArrayList<>();

    @AfterEach
    void close() {
        net.close();
    }

    private void note() {
        log.add(TimeUnit.NANOSECONDS.toMillis(loop.ticker().nanoTime()));
    }

    @Test
    void jumpsFromTimerToTimer() {
        loop.schedule(this::note, 3, TimeUnit.HOURS);
        loop.schedule(this::note, 5, TimeUnit.MILLISECONDS);
        net.simulation.runUntilIdle();
        assertThat(log).containsExactly(5L, TimeUnit.HOURS.toMillis(3));
        assertThat(net.simulation.steps()).isEqualTo(3);
    }

    @Test
    void cancelledTimerIsNoEvent() {
        loop.schedule(this::note, 5, TimeUnit.MILLISECONDS).cancel(false);
        net.simulation.runUntilIdle();
        assertThat(log).isEmpty();
        assertThat(net.network.nowNanos()).isZero();
    }

    @Test
    void advanceEndsExactlyThere() {
        loop.scheduleAtFixedRate(this::note, 4, 4, TimeUnit.MILLISECONDS);
        net.simulation.advance(ms(10));
        assertThat(log).containsExactly(4L, 8L);
        assertThat(net.network.nowNanos()).isEqualTo(ms(10).toNanos());
        net.simulation.advance(ms(2));
        assertThat(log).containsExactly(4L, 8L, 12L);
    }

    @Test
    void runUntilStopsAtTheConditionOrTheLimit() {
        loop.schedule(this::note, 5, TimeUnit.MILLISECONDS);
        assertThat(net.simulation.runUntil(() -> !log.isEmpty(), ms(4))).isFalse();
        assertThat(net.network.nowNanos()).isEqualTo(ms(4).toNanos());
        assertThat(net.simulation.runUntil(() -> !log.isEmpty(), ms(4))).isTrue();
        assertThat(net.network.nowNanos()).isEqualTo(ms(5).toNanos());
    }

    @Test
    void failedExpectationTellsTheSeed() {
        assertThatThrownBy(() -> net.simulation.expect("a miracle", () -> false, ms(4)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a miracle")
                .hasMessageContaining("seed 1");
    }

    @Test
    void taskThatSubmitsItselfForEverIsFound() {
        boolean[] stop = new boolean[1];
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (!stop[0]) {
                    loop.execute(this);
                }
            }
        });
        assertThatThrownBy(net.simulation::runUntilIdle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("never idle");
        stop[0] = true;
    }

    @Test
    void timerForEverIsFound() {
        loop.scheduleAtFixedRate(this::note, 1, 1, TimeUnit.MILLISECONDS);
        net.simulation.maxSteps(1000);
        assertThatThrownBy(net.simulation::runUntilIdle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no end")
                .hasMessageContaining("seed 1");
    }

    @Test
    void checkRunsAfterEachStep() {
        net.simulation.afterEachStep(this::note);
        loop.schedule(() -> {}, 5, TimeUnit.MILLISECONDS);
        net.simulation.runUntilIdle();
        assertThat(log).containsExactly(0L, 5L);
    }

    @Test
    void groupHandsItsLoopsOutInTurn() {
        EventLoopGroup group = net.a.newEventLoopGroup(2);
        EventLoop first = group.next();
        assertThat(first.parent()).isSameAs(group);
        assertThat(group.next()).isNotSameAs(first);
        assertThat(group.next()).isSameAs(first);
        assertThat(((SimEventLoop) first).host()).isSameAs(net.a);
        first.execute(this::note);
        net.simulation.runUntilIdle();
        assertThat(log).hasSize(1);
    }

    @Test
    void loopShutDownByATestClosesItsChannels() {
        UdpUser user = UdpUser.bind(net.simulation, net.a, net.a.address(1));
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        net.simulation.runUntilIdle();
        assertThat(user.channel.isOpen()).isFalse();
        assertThat(loop.isTerminated()).isTrue();
    }

    @Test
    void aHostThatStallsBeforeItsTimersFindsThemLateAndItsSocketsUnread() {
        try (TwoHosts hosts = new TwoHosts()) {
            UdpUser a = UdpUser.bind(hosts.simulation, hosts.a, hosts.a.address(9));
            UdpUser b = UdpUser.bind(hosts.simulation, hosts.b, hosts.b.address(9));
            long begin = hosts.network.nowNanos();
            List<String> seen = new ArrayList<>();
            hosts.a
                    .eventLoop()
                    .schedule(
                            () -> seen.add((hosts.network.nowNanos() - begin) / 1_000_000 + " ms, read " + a.texts),
                            5,
                            TimeUnit.MILLISECONDS);
            hosts.simulation.stallBeforeNextTimer(hosts.a, ms(100));
            b.send(hosts.a.address(9), "hello");
            hosts.simulation.advance(ms(10));
            hosts.simulation.advance(ms(1));
            assertThat(seen).containsExactly("105 ms, read []");
            assertThat(a.texts).containsExactly("hello");
        }
    }
}
