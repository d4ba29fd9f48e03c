// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** The open loop on virtual time, against a server that the test makes. */
class RequesterTest {

    private static final long MS = 1_000_000;
    private static final int PER_SECOND = 1000;

    /** An answer on its way back. */
    private record Answer(long atNanos, ByteBuf bytes) {}

    private long now = 42 * MS;
    private final long start = now;
    private long wakeAt = Long.MAX_VALUE;
    private Runnable wakeUp;
    private final Requester requester = new Requester(64, () -> now, this::appoint);
    private final EmbeddedChannel channel = new EmbeddedChannel(requester);
    private final Measurement measurement = new Measurement("tou");
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private final Queue<Answer> answers = new ArrayDeque<>();

    private void appoint(long nanos, Runnable task) {
        wakeAt = nanos;
        wakeUp = task;
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        answers.forEach(answer -> answer.bytes().release());
    }

    private void begin(int count) {
        requester.begin(new Schedule(start, PER_SECOND, count), measurement, outcome);
    }

    /** Lets time pass until nothing is left to do; {@code answeredAt} says when the server answers what it gets at a time. */
    private void run(LongUnaryOperator answeredAt) {
        while (true) {
            for (ByteBuf request = channel.readOutbound(); request != null; request = channel.readOutbound()) {
                answers.add(new Answer(answeredAt.applyAsLong(now), request));
            }
            long answerAt = answers.isEmpty() ? Long.MAX_VALUE : answers.peek().atNanos();
            long next = Math.min(answerAt, wakeAt);
            if (next == Long.MAX_VALUE) {
                return;
            }
            now = Math.max(now, next);
            if (answerAt == next) {
                channel.writeInbound(answers.remove().bytes());
            } else {
                wake();
            }
        }
    }

    private void wake() {
        wakeAt = Long.MAX_VALUE;
        wakeUp.run();
    }

    private Histogram latency() {
        measurement.takeInterval();
        return measurement.latency();
    }

    @Test
    void anEvenServerGivesAnEvenLatency() {
        begin(500);
        run(at -> at + 3 * MS);
        assertThat(outcome).isCompleted();
        assertThat(latency().getTotalCount()).isEqualTo(500);
        assertThat((double) latency().getMinValue()).isCloseTo(3 * MS, within(0.01 * MS));
        assertThat((double) latency().getMaxValue()).isCloseTo(3 * MS, within(0.01 * MS));
        assertThat(measurement.lateness().getMaxValue()).isZero();
    }

    /** 200 ms without an answer delay 200 of 10 000 requests, by 1 to 200 ms: not one request by 200 ms. */
    @Test
    void aStallCountsForEveryRequestThatWasToBeSentDuringIt() {
        long stallBegins = start + 5000 * MS;
        long stallEnds = stallBegins + 200 * MS;
        begin(10_000);
        run(at -> (at >= stallBegins && at < stallEnds ? stallEnds : at) + MS);
        assertThat(outcome).isCompleted();
        Histogram latency = latency();
        assertThat(latency.getCountBetweenValues(2 * MS, 300 * MS)).isBetween(198L, 200L);
        assertThat((double) latency.getValueAtPercentile(50)).isCloseTo(MS, within(0.01 * MS));
        assertThat((double) latency.getValueAtPercentile(99)).isCloseTo(101 * MS, within(2.0 * MS));
        assertThat((double) latency.getValueAtPercentile(99.9)).isCloseTo(191 * MS, within(2.0 * MS));
        assertThat((double) latency.getMaxValue()).isCloseTo(201 * MS, within(1.0 * MS));
    }

    /** The same for a stall of the sender: its time is late, the requests' times are not. */
    @Test
    void aSenderThatWakesLateCountsItsOwnLateness() {
        begin(1000);
        wakeAt = now + 100 * MS; // it was to wake after 1 ms
        run(at -> at + MS);
        assertThat(outcome).isCompleted();
        Histogram lateness = measurement.lateness();
        assertThat(latency().getCountBetweenValues(2 * MS, 200 * MS)).isBetween(97L, 100L);
        measurement.takeInterval();
        lateness = measurement.lateness();
        assertThat((double) lateness.getMaxValue()).isCloseTo(99 * MS, within(1.0 * MS));
        assertThat((double) measurement.service().getMaxValue()).isCloseTo(MS, within(0.01 * MS));
    }

    @Test
    void aConnectionThatTakesNoMoreHoldsRequestsBackAndTheirTimeRunsOn() {
        begin(10);
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        now += 5 * MS;
        wake();
        channel.runPendingTasks();
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(wakeAt).as("no timer while it is held back").isEqualTo(Long.MAX_VALUE);
        now += 20 * MS;
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        run(at -> at + MS);
        assertThat(outcome).isCompleted();
        assertThat((double) latency().getMaxValue()).isCloseTo(26 * MS, within(2.0 * MS));
    }

    @Test
    void anAnswerOutOfTurnIsNoAnswer() {
        begin(2);
        ByteBuf first = channel.readOutbound();
        channel.writeInbound(first.setInt(4, 1));
        failsWith(ExitCode.INTEGRITY, "An answer is not the one that was due");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void foreignBytesAreNoAnswer() {
        begin(2);
        channel.writeInbound(Unpooled.buffer().writeZero(64));
        failsWith(ExitCode.REFUSED, "The other end does not speak the protocol of \"tou ping --serve\"");
    }

    /** A server of something else may say little and then wait. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 63})
    void fewForeignBytesAreEnough(int bytes) {
        channel.pipeline().addFirst(new AnswerDecoder(64));
        begin(2);
        channel.writeInbound(Unpooled.buffer().writeZero(bytes));
        failsWith(ExitCode.REFUSED, "The other end does not speak the protocol of \"tou ping --serve\"");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void anAnswerMayComeInPieces() {
        channel.pipeline().addFirst(new AnswerDecoder(64));
        begin(1);
        ByteBuf answer = channel.readOutbound();
        while (answer.isReadable()) {
            assertThat(outcome).isNotDone();
            channel.writeInbound(answer.readRetainedSlice(1));
        }
        answer.release();
        assertThat(outcome).isCompleted();
    }

    /** Who has answered once is the right server, and does wrong. */
    @Test
    void foreignBytesBehindAnAnswerAreAWrongOne() {
        channel.pipeline().addFirst(new AnswerDecoder(64));
        begin(2);
        channel.writeInbound((ByteBuf) channel.readOutbound());
        channel.writeInbound(Unpooled.buffer().writeZero(2));
        failsWith(ExitCode.INTEGRITY, "An answer is not the one that was due; is \"tou ping");
    }

    @Test
    void anAnswerToNothingIsNoAnswer() {
        channel.writeInbound(Unpooled.buffer().writeInt(Requester.MAGIC).writeZero(60));
        begin(2);
        failsWith(ExitCode.INTEGRITY, "An answer is not the one that was due");
    }

    @Test
    void aClosedConnectionSaysWhatWasUnanswered() {
        begin(2);
        channel.close();
        failsWith(
                ExitCode.REFUSED,
                "The server closed the connection with 1 of 1 requests unanswered; is \"tou ping --serve\" at the other"
                        + " end?");
    }

    /** Who has answered once is the right server. */
    @Test
    void aConnectionThatIsClosedLaterDoesNotAskWhoIsThere() {
        begin(3);
        channel.writeInbound((ByteBuf) channel.readOutbound());
        channel.close();
        failsWith(ExitCode.RESET, "The server closed the connection with 0 of 1 requests unanswered.");
    }

    @Test
    void aBrokenConnectionSaysWhy() {
        begin(2);
        channel.pipeline().fireExceptionCaught(new java.io.IOException("Connection reset by peer"));
        failsWith(
                ExitCode.RESET,
                "The connection broke with 1 of 1 requests unanswered: Connection reset by peer; is \"tou ping");
    }

    @Test
    void aReasonThatAsksEndsTheSentence() {
        begin(3);
        channel.writeInbound((ByteBuf) channel.readOutbound());
        channel.pipeline().fireExceptionCaught(new java.io.IOException("Reset. Has its process ended?"));
        failsWith(ExitCode.RESET, "unanswered: Reset. Has its process ended?");
        assertThatThrownBy(outcome::join).message().endsWith("Has its process ended?");
    }

    @Test
    void afterAFailureThereIsNoNextRound() {
        begin(1);
        channel.close();
        CompletableFuture<Void> next = new CompletableFuture<>();
        requester.begin(new Schedule(now, PER_SECOND, 1), measurement, next);
        assertThat(next).isCompletedExceptionally();
    }

    private void failsWith(ExitCode exit, String sentence) {
        assertThat(outcome).isCompletedExceptionally();
        assertThatThrownBy(outcome::join)
                .hasCauseInstanceOf(Failure.class)
                .hasMessageContaining(sentence)
                .extracting(e -> ((Failure) e.getCause()).exit())
                .isEqualTo(exit);
    }
}
