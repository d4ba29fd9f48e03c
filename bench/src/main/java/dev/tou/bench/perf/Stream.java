// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import io.netty.channel.Channel;

/** One connection that carries data, as one of its ends counts it. Owned by the event loop. */
final class Stream {

    /** What was counted at a moment. */
    private record Reading(long nanos, long bytes, SenderFigures figures) {}

    private final int number;
    private final boolean sender;
    private final Channel channel;
    private long moved;
    private long endedNanos;
    private boolean ended;
    private Reading beginning;
    private Reading latest;

    Stream(int number, boolean sender, Channel channel) {
        this.number = number;
        this.sender = sender;
        this.channel = channel;
        this.beginning = new Reading(System.nanoTime(), 0, figures());
        this.latest = beginning;
    }

    int number() {
        return number;
    }

    /** {@return whether this end sends} */
    boolean isSender() {
        return sender;
    }

    Channel channel() {
        return channel;
    }

    /** So many more bytes were taken by the transport, or came out of it. */
    void moved(int bytes) {
        moved += bytes;
    }

    /** There will be no more bytes. */
    void end(long nowNanos) {
        if (!ended) {
            ended = true;
            endedNanos = nowNanos;
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * Counts from here; what came before is not measured. The first bytes of a test may be there before its clock
     * runs.
     */
    void measureFrom(long nowNanos, boolean fromTheFirstByte) {
        beginning = new Reading(nowNanos, fromTheFirstByte ? 0 : moved, figures());
        latest = beginning;
    }

    /** {@return what has happened since the last call} */
    Span sinceLatest(long nowNanos) {
        Reading before = latest;
        latest = new Reading(nowNanos, moved, figures());
        return between(before, latest);
    }

    /** {@return what has happened since the measurement began, to now or to its last byte} */
    Span sinceBeginning(long nowNanos) {
        return between(beginning, new Reading(ended ? endedNanos : nowNanos, moved, figures()));
    }

    private Span between(Reading before, Reading after) {
        return new Span(
                number,
                sender,
                after.bytes - before.bytes,
                Math.max(0, after.nanos - before.nanos),
                before.figures,
                after.figures);
    }

    /** {@return what this end knows of the path, or null if it does not send} */
    SenderFigures figures() {
        return sender ? SenderFigures.of(channel) : null;
    }
}
