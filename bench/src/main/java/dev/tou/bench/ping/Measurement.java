// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ConnectionReport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * The figures of one connection, in nanoseconds. The event loop writes them; any other thread takes them out by the
 * interval and adds them up, which never makes the loop wait.
 *
 * <ul>
 *   <li><b>latency</b>: from when a request was to be sent until its answer had come
 *   <li><b>service time</b>: from when it was in fact sent
 *   <li><b>lateness</b>: the difference, which is the sender's own doing: a coarse timer, a busy machine, or a connection
 *       that took no more bytes
 * </ul>
 */
public final class Measurement {

    /** What takes longer is recorded as this much: an hour. */
    static final long HIGHEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final int DIGITS = 3;

    private final String transport;
    private final SingleWriterRecorder latencyRecorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
    private final SingleWriterRecorder serviceRecorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
    private final SingleWriterRecorder latenessRecorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
    private final Histogram latency = new Histogram(HIGHEST_NANOS, DIGITS);
    private final Histogram service = new Histogram(HIGHEST_NANOS, DIGITS);
    private final Histogram lateness = new Histogram(HIGHEST_NANOS, DIGITS);
    private final List<Histogram> rounds = new ArrayList<>();
    private Histogram intervalLatency;
    private Histogram intervalService;
    private Histogram intervalLateness;
    private long scheduled;
    private long scheduledNanos;
    private long overrunNanos;
    private ConnectionReport connection;
    private volatile long lastLatenessNanos;

    /** @param transport what the figures are called: {@code tou} or {@code tcp} */
    Measurement(String transport) {
        this.transport = transport;
    }

    void onSent(long latenessNanos) {
        latenessRecorder.recordValue(bounded(latenessNanos));
        lastLatenessNanos = latenessNanos;
    }

    void onAnswered(long latencyNanos, long serviceNanos) {
        latencyRecorder.recordValue(bounded(latencyNanos));
        serviceRecorder.recordValue(bounded(serviceNanos));
    }

    private static long bounded(long nanos) {
        return Math.max(0, Math.min(nanos, HIGHEST_NANOS));
    }

    /** Begins a round by {@code schedule}: what the recorders hold until now is another's. */
    synchronized void beginRound(Schedule schedule) {
        takeInterval();
        rounds.add(new Histogram(HIGHEST_NANOS, DIGITS));
        scheduled += schedule.count();
        scheduledNanos += schedule.lengthNanos();
    }

    /** Ends the round. By as much as its last request was late, it took longer than it should have. */
    synchronized void endRound() {
        overrunNanos += lastLatenessNanos;
    }

    /** {@return the latencies since the last call, which are valid until the next}, and adds them to the whole. */
    synchronized Histogram takeInterval() {
        intervalLatency = latencyRecorder.getIntervalHistogram(intervalLatency);
        intervalService = serviceRecorder.getIntervalHistogram(intervalService);
        intervalLateness = latenessRecorder.getIntervalHistogram(intervalLateness);
        latency.add(intervalLatency);
        service.add(intervalService);
        lateness.add(intervalLateness);
        if (!rounds.isEmpty()) {
            rounds.get(rounds.size() - 1).add(intervalLatency);
        }
        return intervalLatency;
    }

    /** Keeps what the connection says about itself at its end. */
    synchronized void keep(ConnectionReport report) {
        connection = report;
    }

    /** {@return {@code tou} or {@code tcp}} */
    public String transport() {
        return transport;
    }

    /** {@return from when each request was to be sent until its answer, in nanoseconds} */
    public synchronized Histogram latency() {
        return latency.copy();
    }

    synchronized Histogram service() {
        return service.copy();
    }

    /** {@return from when each request was to be sent until the sender handed it to the connection, in nanoseconds} */
    public synchronized Histogram lateness() {
        return lateness.copy();
    }

    synchronized List<Histogram> rounds() {
        return rounds.stream().map(Histogram::copy).toList();
    }

    /** {@return requests that were to be sent in the rounds so far} */
    synchronized long scheduled() {
        return scheduled;
    }

    synchronized long sent() {
        return lateness.getTotalCount();
    }

    synchronized long answered() {
        return latency.getTotalCount();
    }

    /** {@return how long the rounds so far were to take} */
    synchronized long scheduledNanos() {
        return scheduledNanos;
    }

    /** {@return how much longer the rounds took because the sender could not keep up} */
    synchronized long overrunNanos() {
        return overrunNanos;
    }

    synchronized ConnectionReport connection() {
        return connection;
    }
}
