// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.function.BiConsumer;

import dev.tou.simulation.LinkProfile;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A virtual machine pauses, and its loops do nothing while datagrams wait in the socket. That is no loss and no congestion, and
 * neither end may take it for one for longer than it has to (docs/ARCHITECTURE.md; RFC 6298, RFC 8985 section 7, RFC 5682).
 *
 * <p>The path carries 50 Mbit/s with 20 ms of round trip and never overflows: the receiver's window is twice the product.
 */
class StallTest extends ScenarioTest {

    private static final long RATE = 50_000_000;
    private static final Duration WAY = Duration.ofMillis(10);
    private static final long RTT_NANOS = 20_000_000;
    private static final int WINDOW = 250_000;
    /** With the receiver's window full, half of it waits in the queue: a round trip takes twice the path's. */
    private static final long LOADED_RTT_NANOS = 2 * RTT_NANOS;

    private static final Duration RUN_UP = Duration.ofMillis(1500);

    private Scenario path(double loss) {
        return scenario(1)
                .path(LinkProfile.IDEAL.delay(WAY).rate(RATE, 1_000_000).loss(loss), LinkProfile.IDEAL.delay(WAY))
                .server(server -> server.option(ChannelOption.SO_RCVBUF, WINDOW));
    }

    /** What a stall in the middle of a stream came to. */
    private record Aftermath(ConnectedScenario c, long cwndBefore, long stallNanos, long endNanos) {

        long retransmissions() {
            return c.textSince(stallNanos).stream()
                    .filter(Sighting::retransmission)
                    .count();
        }

        double mbitPerSecond(long fromNanos, long toNanos) {
            return (c.sink().receivedBy(toNanos) - c.sink().receivedBy(fromNanos)) * 8e3 / (toNanos - fromNanos);
        }

        double before() {
            return mbitPerSecond(stallNanos - 10 * RTT_NANOS, stallNanos);
        }

        /** {@return the goodput of four round trips, beginning two after the stall} */
        double after() {
            long from = endNanos + 2 * LOADED_RTT_NANOS;
            return mbitPerSecond(from, from + 4 * LOADED_RTT_NANOS);
        }
    }

    private Aftermath stall(ConnectedScenario c, String who, Duration length, BiConsumer<Scenario, Duration> stall) {
        drawing.titled(who + " for " + length.toMillis() + " ms");
        c.streamsFor(RUN_UP);
        long cwnd = c.info().cwnd();
        long begin = c.nowNanos();
        c.scenario().at(c.now(), () -> stall.accept(c.scenario(), length));
        c.streamsFor(length.plusMillis(600));
        return new Aftermath(c, cwnd, begin, begin + length.toNanos());
    }

    // A sender that stalls sends nothing again because of it. Its timers are due when it wakes, but the
    // acknowledgments are in the socket, and are read first.
    @ParameterizedTest
    @ValueSource(ints = {5, 50, 500, 3000})
    void aStalledSenderSendsNothingAgain(int millis) {
        try (ConnectedScenario c = new ConnectedScenario(path(0))) {
            Aftermath aftermath = stall(c, "The sender stalls", Duration.ofMillis(millis), Scenario::stallClient);
            assertThat(aftermath.retransmissions()).isZero();
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.info().recoveries()).isZero();
            assertThat(c.scenario().decisions().idleRestarts()).isZero();
            assertThat(aftermath.after()).isGreaterThan(0.95 * aftermath.before());
            c.untilAllIsRead();
        }
    }

    // A stall of any length at any phase of the round trip, of a flight that ends and of one that goes on.
    @Test
    void aSenderThatStallsAtAnyMomentSendsNothingAgain() {
        try (ConnectedScenario c = new ConnectedScenario(path(0)).warmedUp()) {
            for (int i = 0; i < 100; i++) {
                Duration length = Duration.ofMillis(1 + (i * 37) % 200);
                c.scenario().at(c.now().plusMillis(i % 43), () -> c.scenario().stallClient(length));
                c.writes(500 + 3000 * (i % 5));
                c.scenario().advance(Duration.ofMillis(400));
            }
            assertThat(c.scenario().ledger().up().retransmittedSegments()).isZero();
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // RFC 8985 section 7.2 and RFC 6298 section 5: the timers of the stall's time are late, and are the first to
    // run. An acknowledgment that waits in the socket must be read before they are believed.
    @ParameterizedTest
    @ValueSource(ints = {5, 50, 500, 3000})
    void aSenderThatStallsBeforeItsTimersSendsNothingAgain(int millis) {
        try (ConnectedScenario c = new ConnectedScenario(path(0))) {
            Aftermath aftermath = stall(
                    c,
                    "The sender stalls between its socket and its timers",
                    Duration.ofMillis(millis),
                    Scenario::stallClientBeforeItsTimers);
            assertThat(aftermath.retransmissions()).isZero();
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.scenario().decisions().idleRestarts())
                    .as("text has waited all along")
                    .isZero();
            assertThat(aftermath.after()).isGreaterThan(0.95 * aftermath.before());
            c.untilAllIsRead();
        }
    }

    @Test
    void aSenderThatStallsBeforeItsTimersAtAnyMomentSendsNothingAgain() {
        try (ConnectedScenario c = new ConnectedScenario(path(0)).warmedUp()) {
            for (int i = 0; i < 100; i++) {
                Duration length = Duration.ofMillis(1 + (i * 37) % 200);
                c.writes(500 + 3000 * (i % 5));
                c.scenario().advance(Duration.ofMillis(i % 19));
                c.scenario().stallClientBeforeItsTimers(length);
                c.writes(500 + 3000 * (i % 5));
                c.scenario().advance(Duration.ofMillis(600));
            }
            assertThat(c.scenario().ledger().up().retransmittedSegments()).isZero();
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // What was lost before the stall still has to go again, and nothing else.
    @ParameterizedTest
    @ValueSource(ints = {5, 50, 500, 3000})
    void aStalledSenderSendsAgainWhatWasLost(int millis) {
        try (ConnectedScenario c = new ConnectedScenario(path(0.01))) {
            stall(c, "The sender stalls", Duration.ofMillis(millis), Scenario::stallClient);
            c.untilAllIsRead();
            WireLedger.Direction up = c.scenario().ledger().up();
            assertThat(up.lostSegments()).isPositive();
            assertThat(up.retransmittedSegments()).isLessThanOrEqualTo(up.lostSegments() + 2);
            assertThat(c.info().timeouts()).isZero();
        }
    }

    @Test
    void aReceiverStalledFor50MillisecondsDrawsAtMostOneProbe() {
        try (ConnectedScenario c = new ConnectedScenario(path(0))) {
            Aftermath aftermath = stall(c, "The receiver stalls", Duration.ofMillis(50), Scenario::stallServer);
            assertThat(aftermath.retransmissions()).isLessThanOrEqualTo(1);
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.info().cwnd()).isGreaterThanOrEqualTo(aftermath.cwndBefore());
            assertThat(aftermath.after()).isGreaterThan(0.95 * aftermath.before());
            c.untilAllIsRead();
        }
    }

    @Test
    void aReceiverThatStallsFor50MillisecondsAtAnyMomentDrawsAtMostOneProbe() {
        try (ConnectedScenario c = new ConnectedScenario(path(0)).warmedUp()) {
            for (int i = 0; i < 50; i++) {
                long before = c.scenario().ledger().up().retransmittedSegments();
                c.scenario().at(c.now().plusMillis(i % 23), () -> c.scenario().stallServer(Duration.ofMillis(50)));
                c.writes(500 + 3000 * (i % 5));
                c.scenario().advance(Duration.ofMillis(400));
                assertThat(c.scenario().ledger().up().retransmittedSegments() - before)
                        .as("stall %d", i)
                        .isLessThanOrEqualTo(1);
            }
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // A timeout is right, because nobody can tell a receiver that sleeps from one that is cut off; but the
    // answer tells.
    @ParameterizedTest
    @ValueSource(ints = {500, 3000})
    void aReceiverStalledForLongCostsATimeoutAndNotTheWindow(int millis) {
        try (ConnectedScenario c = new ConnectedScenario(path(0))) {
            Aftermath aftermath = stall(c, "The receiver stalls", Duration.ofMillis(millis), Scenario::stallServer);
            assertThat(c.info().timeouts()).isPositive();
            assertThat(c.info().cwnd()).as("the window").isGreaterThanOrEqualTo(aftermath.cwndBefore());
            assertThat(c.info().pmtu()).as("the path, which is no black hole").isEqualTo(1500);
            assertThat(aftermath.after())
                    .as("Mbit/s, two round trips later, of %.1f", aftermath.before())
                    .isGreaterThan(0.95 * aftermath.before());
            assertThat(aftermath.retransmissions()).isLessThanOrEqualTo(10);
            c.untilAllIsRead();
        }
    }
}
