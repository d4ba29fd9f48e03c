// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** From where a loss reduces the window (RFC 9438 section 4.6, RFC 7661), and by how much (RFC 7141 section 2.3). */
class ReductionTest {

    private static final int MSS = 1000;

    private final AckSample sample = new AckSample();
    private CongestionController controller;
    private double beta;
    private long now;

    static Stream<Arguments> controllers() {
        return Stream.of(Arguments.of(new Cubic(), 0.7), Arguments.of(new NewReno(), 0.5));
    }

    /** Slow start to 100 segments. */
    private void slowStart(CongestionController fresh, double factor) {
        controller = fresh;
        beta = factor;
        controller.onEstablished(MSS, now);
        controller.onAck(sample.reset(now)
                .acknowledged(90 * MSS, 90 * MSS)
                .inFlight(100 * MSS, 0)
                .cwndLimited(true));
        assertThat(controller.windowBytes()).isEqualTo(100 * MSS);
    }

    /** Then one reduction, and congestion avoidance. */
    private long avoidance(CongestionController fresh, double factor) {
        slowStart(fresh, factor);
        controller.onLossDetected(100 * MSS, now);
        controller.onRecoveryEnd(now);
        return controller.windowBytes();
    }

    /** Three round trips that have so much in flight, and are no reason to grow. */
    private void carries(long bytes) {
        for (int i = 0; i < 3; i++) {
            now += 20_000_000;
            controller.onAck(sample.reset(now).acknowledged(bytes, bytes).inFlight(bytes, 0));
        }
    }

    private void assertThresholdIs(double bytes) {
        assertThat(controller.slowStartThresholdBytes()).isCloseTo(Math.round(bytes), within(1L));
        assertThat(controller.windowBytes()).isEqualTo(controller.slowStartThresholdBytes());
    }

    @ParameterizedTest
    @MethodSource("controllers")
    void ofAValidatedWindowIsFromTheWindow(CongestionController fresh, double factor) {
        long window = avoidance(fresh, factor);
        carries(window * 6 / 10);
        controller.onLossDetected(window / 2, now);
        assertThresholdIs(beta * window);
    }

    // A window that was good for a file says nothing of the path after a time of small requests.
    @ParameterizedTest
    @MethodSource("controllers")
    void ofAWindowThatIsNotValidatedIsFromTwiceWhatWasInFlight(CongestionController fresh, double factor) {
        avoidance(fresh, factor);
        carries(5 * MSS);
        controller.onLossDetected(4 * MSS, now);
        assertThresholdIs(beta * 10 * MSS);
    }

    // A paced sender has not tried the window that slow start has opened.
    @ParameterizedTest
    @MethodSource("controllers")
    void afterSlowStartIsFromWhatWasInFlight(CongestionController fresh, double factor) {
        slowStart(fresh, factor);
        carries(60 * MSS);
        controller.onLossDetected(50 * MSS, now);
        assertThresholdIs(beta * 60 * MSS);
    }

    @ParameterizedTest
    @MethodSource("controllers")
    void weighsTheBytesThatWereLost(CongestionController fresh, double factor) {
        long window = avoidance(fresh, factor);
        carries(window);
        controller.onLost(MSS / 4);
        controller.onLossDetected(window, now);
        assertThresholdIs(window - 0.25 * (1 - beta) * window);
        controller.onLost(MSS / 4);
        assertThresholdIs(window - 0.5 * (1 - beta) * window);
        controller.onLost(MSS);
        assertThresholdIs(beta * window);
        controller.onLost(5 * MSS);
        assertThresholdIs(beta * window);
    }

    @ParameterizedTest
    @MethodSource("controllers")
    void eachEpisodeWeighsItsOwn(CongestionController fresh, double factor) {
        long window = avoidance(fresh, factor);
        carries(window);
        controller.onLost(MSS / 2);
        controller.onLossDetected(window, now);
        controller.onRecoveryEnd(now);
        long between = controller.windowBytes();
        controller.onLost(MSS / 4);
        controller.onLossDetected(between, now);
        assertThresholdIs(between - 0.25 * (1 - beta) * between);
        controller.onSpurious(now);
        assertThat(controller.windowBytes()).isEqualTo(between);
        controller.onLost(MSS / 4);
        controller.onLossDetected(between, now);
        assertThresholdIs(between - 0.25 * (1 - beta) * between);
    }

    @ParameterizedTest
    @MethodSource("controllers")
    void byATimeoutIsWhole(CongestionController fresh, double factor) {
        long window = avoidance(fresh, factor);
        carries(window);
        controller.onLost(MSS / 4);
        controller.onRetransmissionTimeout(window, now);
        assertThat(controller.slowStartThresholdBytes()).isCloseTo(Math.round(beta * window), within(1L));
        assertThat(controller.windowBytes()).isEqualTo(MSS);
    }

    @ParameterizedTest
    @MethodSource("controllers")
    void leavesTwoSegmentsHoweverLittleWasInFlight(CongestionController fresh, double factor) {
        avoidance(fresh, factor);
        carries(MSS / 4);
        controller.onLossDetected(MSS / 4, now);
        assertThresholdIs(2 * MSS);
    }
}
