// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator.SplittableGenerator;

import io.netty.buffer.ByteBuf;

/**
 * One direction of a link: the datagrams that are on their way, and what has become of the others.
 *
 * <p>Time comes in as an argument, and datagrams go out through a function, so that it runs in a test without sockets.
 * Belongs to one thread. Owns the buffers between {@link #enter} and the exit.
 *
 * @param <R> where a datagram goes when it leaves
 */
final class LinkDirection<R> {

    /** A datagram on its way. */
    static final class InFlight<R> implements Comparable<InFlight<R>> {
        final ByteBuf content;
        final R route;
        private final long dueNanos;
        private final long number;

        private InFlight(ByteBuf content, R route, long dueNanos, long number) {
            this.content = content;
            this.route = route;
            this.dueNanos = dueNanos;
            this.number = number;
        }

        @Override
        public int compareTo(InFlight<R> other) {
            long difference = dueNanos - other.dueNanos;
            return difference != 0 ? Long.signum(difference) : Long.compare(number, other.number);
        }
    }

    /** Returned by {@link #drain} when nothing is on its way. */
    static final long NOTHING_DUE = Long.MAX_VALUE;

    /** What may be on its way at once. More than that is dropped, as by a link whose queue is full. */
    static final long MAX_IN_FLIGHT_BYTES = 64 << 20;

    /** What UDP over IPv4 can carry. */
    static final int MAX_DATAGRAM_BYTES = 65_507;

    /** What a datagram costs besides its payload. */
    private static final int OVERHEAD_BYTES = 128;

    private final ImpairmentProfile profile;
    private final int headerBytes;
    private final int maxPayloadBytes;
    private final long delayNanos;
    private final Impairment impairment;
    private final Consumer<InFlight<R>> exit;
    private final PriorityQueue<InFlight<R>> inFlight = new PriorityQueue<>();
    private final RelayStatistics.Counters counters = new RelayStatistics.Counters();
    private boolean started;
    private long linkFreeNanos;
    private long lastInOrderNanos;
    private long nextNumber;
    private long highestLeft = -1;
    private long inFlightBytes;

    /** @param headerBytes what IP and UDP add to a payload: rate, queue and MTU count it */
    LinkDirection(ImpairmentProfile profile, int headerBytes, SplittableGenerator random, Consumer<InFlight<R>> exit) {
        this.profile = profile;
        this.headerBytes = headerBytes;
        this.maxPayloadBytes = profile.mtuBytes() == 0
                ? MAX_DATAGRAM_BYTES
                : Math.min(MAX_DATAGRAM_BYTES, profile.mtuBytes() - headerBytes);
        this.delayNanos = profile.delay().toNanos();
        this.impairment = new Impairment(profile, random);
        this.exit = exit;
    }

    /** Takes {@code content} over, at {@code nowNanos}; it is released if it does not get through. */
    void enter(ByteBuf content, R route, long nowNanos) {
        if (!started) {
            started = true;
            linkFreeNanos = nowNanos;
            lastInOrderNanos = nowNanos;
        }
        counters.entered++;
        counters.enteredBytes += content.readableBytes();
        Impairment.Fate fate = impairment.next();
        if (content.readableBytes() > maxPayloadBytes) {
            counters.tooBig++;
            content.release();
            return;
        }
        long left = leavesQueue(headerBytes + content.readableBytes(), nowNanos);
        if (left == NOTHING_DUE) {
            counters.queueDropped++;
            content.release();
            return;
        }
        if (fate.lost() || fate.corrupted()) {
            counters.lost += fate.lost() ? 1 : 0;
            counters.corrupted += fate.lost() ? 0 : 1;
            content.release();
            return;
        }
        if (fate.flipped() >= 0 && content.isReadable()) {
            counters.damaged++;
            flip(content, (long) (fate.flipped() * content.readableBytes() * 8));
        }
        carry(content, route, left, fate);
    }

    private static void flip(ByteBuf content, long bit) {
        int index = content.readerIndex() + (int) (bit / 8);
        content.setByte(index, content.getByte(index) ^ 1 << bit % 8);
    }

    private void carry(ByteBuf content, R route, long leftNanos, Impairment.Fate fate) {
        long due = leftNanos + delayNanos + fate.jitterNanos();
        lastInOrderNanos = Math.max(lastInOrderNanos, due);
        due = lastInOrderNanos + fate.heldNanos();
        if (fate.duplicated()) {
            counters.duplicated++;
            add(new InFlight<>(content.retainedDuplicate(), route, due, nextNumber));
        }
        add(new InFlight<>(content, route, due, nextNumber++));
    }

    private void add(InFlight<R> datagram) {
        inFlightBytes += datagram.content.readableBytes() + OVERHEAD_BYTES;
        inFlight.add(datagram);
    }

    /** When the last bit of {@code bytes} is on the link, or {@link #NOTHING_DUE} if the queue before it is full. */
    private long leavesQueue(int bytes, long nowNanos) {
        if (inFlightBytes + bytes + OVERHEAD_BYTES > MAX_IN_FLIGHT_BYTES) {
            return NOTHING_DUE;
        }
        long rate = profile.rateBitsPerSecond();
        if (rate == 0) {
            return nowNanos;
        }
        long start = Math.max(nowNanos, linkFreeNanos);
        double waitingBytes = (start - nowNanos) * (rate / 8e9);
        if (waitingBytes + bytes > profile.queueBytes()) {
            return NOTHING_DUE;
        }
        linkFreeNanos = start + (long) (bytes * 8e9 / rate);
        return linkFreeNanos;
    }

    /** Lets everything out that is due at {@code nowNanos}, and {@return when the next is due}. */
    long drain(long nowNanos) {
        InFlight<R> first;
        while ((first = inFlight.peek()) != null && first.dueNanos - nowNanos <= 0) {
            inFlight.remove();
            inFlightBytes -= first.content.readableBytes() + OVERHEAD_BYTES;
            if (first.number < highestLeft) {
                counters.reordered++;
            }
            highestLeft = Math.max(highestLeft, first.number);
            counters.left++;
            counters.leftBytes += first.content.readableBytes();
            exit.accept(first);
        }
        return first == null ? NOTHING_DUE : first.dueNanos;
    }

    /** Releases what is still on its way. */
    void clear() {
        inFlight.forEach(datagram -> datagram.content.release());
        inFlight.clear();
        inFlightBytes = 0;
    }

    /** {@return the largest payload that fits the link} */
    int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    RelayStatistics.Counters counters() {
        return counters;
    }
}
