// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A look at event loops from outside, on real ones: those that answer, and those that do not. */
@Timeout(60)
class SnapshotTest {

    private static final SnapshotRequest PATIENT = SnapshotRequest.ALL.patienceNanos(TimeUnit.SECONDS.toNanos(20));

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void seesBothEnds(String io) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel server = Sockets.listen(sockets.server(), "127.0.0.1");
            Sockets.channel(sockets.client(new Recorder()).connect(server.localAddress()));
            sockets.nextChild();
            TransportSnapshot snapshot =
                    Sockets.done(TouTransport.snapshot(sockets.group, PATIENT)).getNow();
            assertThat(snapshot.isComplete()).isTrue();
            assertThat(snapshot.listeners())
                    .singleElement()
                    .satisfies(listener -> assertThat(listener.local()).isEqualTo(server.localAddress()));
            assertThat(snapshot.connections()).hasSize(2);
            assertThat(snapshot.connections().filter(connection -> connection.passive()))
                    .hasSize(1);
            TransportSnapshot ofProcess =
                    Sockets.done(TouTransport.snapshot(PATIENT)).getNow();
            assertThat(ofProcess.listeners())
                    .anySatisfy(listener -> assertThat(listener.local()).isEqualTo(server.localAddress()));
        }
    }

    @Test
    void aBlockedLoopIsNotWaitedForAndSaysWhereItIs() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Sockets sockets = new Sockets("nio", 1)) {
            EventLoopGroup other = sockets.newGroup(1);
            Sockets.listen(sockets.server(), "127.0.0.1");
            Sockets.listen(sockets.server(other, other), "127.0.0.1");
            EventLoop loop = other.next();
            loop.execute(() -> busyForLong(blocked, release));
            blocked.await();
            SnapshotRequest hurried = SnapshotRequest.ALL.patienceNanos(TimeUnit.MILLISECONDS.toNanos(500));
            LoopSnapshot silent = Sockets.done(TouTransport.snapshot(other, hurried))
                    .getNow()
                    .loops()
                    .get(0);
            assertThat(silent.answer()).isEqualTo(LoopSnapshot.Answer.NONE);
            assertThat(silent.listeners()).isEmpty();
            assertThat(silent.stack()).anyMatch(frame -> frame.contains("SnapshotTest.busyForLong"));
            assertThat(Sockets.done(TouTransport.snapshot(sockets.group, PATIENT))
                            .getNow()
                            .isComplete())
                    .as("the other loop")
                    .isTrue();
            release.countDown();
            LoopSnapshot again = Sockets.done(TouTransport.snapshot(other, PATIENT))
                    .getNow()
                    .loops()
                    .get(0);
            assertThat(again.answer()).isEqualTo(LoopSnapshot.Answer.COMPLETE);
            assertThat(again.name()).isEqualTo(silent.name());
        } finally {
            release.countDown();
        }
    }

    private static void busyForLong(CountDownLatch blocked, CountDownLatch release) {
        blocked.countDown();
        boolean interrupted = false;
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aLoopThatHasEndedHasNoPart() {
        EventLoopGroup ended;
        try (Sockets sockets = new Sockets("nio", 1)) {
            ended = sockets.group;
            Sockets.listen(sockets.server(), "127.0.0.1");
        }
        assertThat(Sockets.done(TouTransport.snapshot(ended, PATIENT)).getNow().loops())
                .isEmpty();
    }

    /** It has taken the question, and will never run it. */
    @Test
    void aLoopThatEndsMeanwhileHasNoPart() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Sockets sockets = new Sockets("nio", 1)) {
            Sockets.listen(sockets.server(), "127.0.0.1");
            sockets.group.execute(() -> busyForLong(blocked, release));
            blocked.await();
            sockets.group.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
            var taken = TouTransport.snapshot(sockets.group, PATIENT);
            release.countDown();
            assertThat(Sockets.done(taken).getNow().loops())
                    .allSatisfy(loop -> assertThat(loop.answer()).isNotEqualTo(LoopSnapshot.Answer.NONE));
        } finally {
            release.countDown();
        }
    }
}
