// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Transports;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import org.HdrHistogram.Histogram;

/**
 * Requests at a fixed rate over one connection of whatever transport, whose other end is an {@link EchoHandler}. Latency counts
 * from the moment at which a request was to be sent, so that a stall counts for all whom it kept waiting.
 */
public final class OpenLoop implements AutoCloseable {

    /**
     * Nanoseconds of all requests of a run.
     *
     * @param latency from when a request was to be sent until its answer had come
     * @param lateness from when a request was to be sent until the sender handed it to the connection: its own fault
     */
    public record Outcome(Histogram latency, Histogram lateness) {}

    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final int size;
    private final EventLoop loop;
    private final Alarm alarm;
    private final Requester requester;

    /**
     * @param loop of the connection
     * @param size bytes of a request and of its answer, 16 or more
     */
    public OpenLoop(Transports.Io io, EventLoop loop, int size) {
        this.size = size;
        this.loop = loop;
        this.alarm = Alarm.of(io, loop);
        this.requester = new Requester(size, System::nanoTime, alarm);
    }

    /** {@return what goes into the pipeline of the connection, once} */
    public ChannelHandler handler() {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new AnswerDecoder(size)).addLast(requester);
            }
        };
    }

    /**
     * Sends {@code count} requests and waits for their answers; blocking.
     *
     * @param patience how long to wait for the last answers
     * @param eachSecond is run in this thread about once a second while it waits
     * @throws Failure if the connection breaks, or answers are still missing when the patience is over
     */
    public Outcome run(int perSecond, int count, Duration patience, Runnable eachSecond) throws InterruptedException {
        Schedule schedule = new Schedule(System.nanoTime() + LEAD_NANOS, perSecond, count);
        long deadline = schedule.startNanos() + schedule.lengthNanos() + patience.toNanos();
        Measurement measurement = new Measurement("open loop");
        CompletableFuture<Void> answered = new CompletableFuture<>();
        loop.execute(() -> requester.begin(schedule, measurement, answered));
        while (!isDone(answered)) {
            eachSecond.run();
            if (deadline - System.nanoTime() <= 0) {
                measurement.takeInterval();
                throw new Failure(
                        ExitCode.INVALID_MEASUREMENT,
                        (measurement.sent() - measurement.answered()) + " of " + count + " requests are unanswered "
                                + patience.toSeconds() + " s after the last was due.");
            }
        }
        measurement.takeInterval();
        return new Outcome(measurement.latency(), measurement.lateness());
    }

    /** Waits for a second at most. */
    private static boolean isDone(CompletableFuture<Void> answered) throws InterruptedException {
        try {
            answered.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw Failures.of(e.getCause());
        }
    }

    @Override
    public void close() {
        alarm.close();
    }
}
