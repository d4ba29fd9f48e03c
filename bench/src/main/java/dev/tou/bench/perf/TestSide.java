// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.compare.Meter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * One end of a running test: its streams, its clock, and what they have moved. Its clock starts when it begins, or
 * with the first byte that arrives, whichever is first: the word that the test begins travels apart from the bytes.
 * Owned by the event loop.
 */
final class TestSide {

    /** Whose test it is. */
    interface Owner {

        /** The clock runs. */
        default void onStarted() {}

        /** A tick. */
        void onInterval(Interval interval);

        /** All streams that this end receives have come to their end. */
        void onReceivedAll();

        /** A stream broke; {@code cause} is null if it was only closed. */
        void onBroken(Throwable cause);
    }

    /** What is left of an interval at the end is worth a line if it is more than this share of one. */
    private static final int LEAST_SHARE = 20;

    private final EventLoop loop;
    private final long intervalNanos;
    private final boolean omits;
    private final Meter meter;
    private final Owner owner;
    private final List<Stream> streams = new ArrayList<>();
    private boolean started;
    private boolean omitting;
    private boolean over;
    private long zeroNanos;
    private long latestNanos;
    private Meter.Reading usedBefore;
    private Future<?> ticker;

    /** @param intervalNanos the time between ticks; 0 for none */
    TestSide(EventLoop loop, TestPlan plan, long intervalNanos, Meter meter, Owner owner) {
        this.loop = loop;
        this.intervalNanos = intervalNanos;
        this.omits = plan.omitNanos() > 0;
        this.meter = meter;
        this.owner = owner;
    }

    void add(Stream stream) {
        streams.add(stream);
    }

    List<Stream> streams() {
        return streams;
    }

    boolean hasStarted() {
        return started;
    }

    boolean isOver() {
        return over;
    }

    /** Starts the clock, unless bytes have done so. */
    void begin() {
        if (!started) {
            start();
        }
    }

    /** Something has arrived. */
    void arrived() {
        if (!started && !over) {
            start();
        }
    }

    private void start() {
        started = true;
        omitting = omits;
        countFromHere(true);
        owner.onStarted();
    }

    /** What was to be omitted is over. */
    void measure() {
        if (over) {
            return;
        }
        begin(); // if nothing has arrived yet
        if (!omitting) {
            return;
        }
        lastTick();
        omitting = false;
        countFromHere(false);
    }

    private void countFromHere(boolean fromTheFirstByte) {
        zeroNanos = System.nanoTime();
        latestNanos = zeroNanos;
        usedBefore = meter.read();
        streams.forEach(stream -> stream.measureFrom(zeroNanos, fromTheFirstByte));
        if (intervalNanos > 0) {
            ticker = loop.scheduleAtFixedRate(this::tick, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        List<Span> spans = new ArrayList<>(streams.size());
        streams.forEach(stream -> spans.add(stream.sinceLatest(now)));
        Interval interval = new Interval(omitting, latestNanos - zeroNanos, now - zeroNanos, spans);
        latestNanos = now;
        owner.onInterval(interval);
    }

    private void lastTick() {
        if (ticker != null) {
            ticker.cancel(false);
            ticker = null;
            long rest = System.nanoTime() - latestNanos;
            if (rest > intervalNanos / LEAST_SHARE || latestNanos == zeroNanos) {
                tick();
            }
        }
    }

    /** A stream has sent its last byte, or its last byte has been received. */
    void ended(Stream stream) {
        stream.end(System.nanoTime());
        if (!over && !stream.isSender()) {
            arrived(); // it may have been empty
            if (streams.stream().allMatch(one -> one.isSender() || one.hasEnded())) {
                owner.onReceivedAll();
            }
        }
    }

    void broken(Stream stream, Throwable cause) {
        if (!over && streams.contains(stream)) {
            owner.onBroken(cause);
        }
    }

    /** Ends it: nothing is sent any more, nothing is counted, and {@return what was}. */
    List<Span> finish() {
        if (!started) {
            start(); // nothing has moved
        }
        lastTick();
        long now = System.nanoTime();
        stop();
        return streams.stream().map(stream -> stream.sinceBeginning(now)).toList();
    }

    /** {@return the share of one core that the process has used during the measurement} */
    double cpuShare() {
        Meter.Reading used = meter.read().since(usedBefore);
        return used.nanos() <= 0 ? Double.NaN : (double) used.cpuNanos() / used.nanos();
    }

    /** Nobody is told anything any more. */
    void stop() {
        over = true;
        if (ticker != null) {
            ticker.cancel(false);
            ticker = null;
        }
        streams.forEach(stream -> {
            Source source = stream.channel().pipeline().get(Source.class);
            if (source != null) {
                source.stop();
            }
        });
    }

    /** Closes the streams without waiting for what is still on its way: it has been counted, or never will be. */
    void dropStreams() {
        stop();
        streams.forEach(stream -> {
            if (stream.channel().isOpen()) {
                stream.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                stream.channel().close();
            }
        });
    }
}
