// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How one direction of a link treats datagrams. Immutable; each method returns a changed copy, so a profile reads as a
 * sentence: {@code LinkProfile.IDEAL.delay(ofMillis(20)).loss(0.01).rate(10_000_000, 64_000)}.
 *
 * <p>The way of a datagram: partition, MTU, queue and rate, loss, corruption, delay and jitter, reordering, duplication.
 * Jitter alone never reorders (a path is a chain of queues); reordering is asked for on its own.
 */
public final class LinkProfile {
    /** No delay, no limit, no loss; an Ethernet MTU. */
    public static final LinkProfile IDEAL = new LinkProfile();

    private long delayNanos;
    private long jitterNanos;
    private LossModel loss = LossModel.NONE;
    private double reorderProbability;
    private long reorderDelayNanos;
    private boolean reordersUpTo;
    private double duplicateProbability;
    private double corruptProbability;
    private long bitsPerSecond;
    private int queueBytes = Integer.MAX_VALUE;
    private int mtu = 1500;
    private boolean partitioned;
    private long batchNanos = 1;

    private LinkProfile() {}

    private LinkProfile with(Consumer<LinkProfile> change) {
        LinkProfile copy = new LinkProfile();
        copy.delayNanos = delayNanos;
        copy.jitterNanos = jitterNanos;
        copy.loss = loss;
        copy.reorderProbability = reorderProbability;
        copy.reorderDelayNanos = reorderDelayNanos;
        copy.reordersUpTo = reordersUpTo;
        copy.duplicateProbability = duplicateProbability;
        copy.corruptProbability = corruptProbability;
        copy.bitsPerSecond = bitsPerSecond;
        copy.queueBytes = queueBytes;
        copy.mtu = mtu;
        copy.partitioned = partitioned;
        copy.batchNanos = batchNanos;
        change.accept(copy);
        return copy;
    }

    /** Propagation delay, one way. */
    public LinkProfile delay(Duration delay) {
        return with(p -> p.delayNanos = delay.toNanos());
    }

    /** Additional delay, uniform between zero and {@code jitter}, in order. */
    public LinkProfile jitter(Duration jitter) {
        return with(p -> p.jitterNanos = jitter.toNanos());
    }

    /** Independent loss. */
    public LinkProfile loss(double probability) {
        return loss(LossModel.bernoulli(probability));
    }

    /** Loss by a model with or without memory. */
    public LinkProfile loss(LossModel model) {
        return with(p -> p.loss = model);
    }

    /** Makes a datagram late by {@code extraDelay} with this probability; those behind it overtake it. */
    public LinkProfile reordering(double probability, Duration extraDelay) {
        return with(p -> {
            p.reorderProbability = probability;
            p.reorderDelayNanos = extraDelay.toNanos();
            p.reordersUpTo = false;
        });
    }

    /** Likewise, by up to {@code most}, uniform. */
    public LinkProfile reorderingUpTo(double probability, Duration most) {
        return reordering(probability, most).with(p -> p.reordersUpTo = true);
    }

    /** Delivers a second copy with this probability. */
    public LinkProfile duplication(double probability) {
        return with(p -> p.duplicateProbability = probability);
    }

    /** Damages a datagram with this probability, which the checksum of UDP turns into a loss. */
    public LinkProfile corruption(double probability) {
        return with(p -> p.corruptProbability = probability);
    }

    /** A bottleneck with a drop-tail queue; sizes count IP and UDP headers. A rate of zero is unlimited. */
    public LinkProfile rate(long bitsPerSecond, int queueBytes) {
        return with(p -> {
            p.bitsPerSecond = bitsPerSecond;
            p.queueBytes = queueBytes;
        });
    }

    /** The largest IP packet that passes. Larger ones vanish (no ICMP: a black hole, as met in practice). */
    public LinkProfile mtu(int mtu) {
        return with(p -> p.mtu = mtu);
    }

    /** Nothing passes while partitioned. What is on the wire already still arrives. */
    public LinkProfile partitioned(boolean partitioned) {
        return with(p -> p.partitioned = partitioned);
    }

    /** Rounds arrivals up to multiples of {@code interval}, as interrupt moderation of a network card does. */
    public LinkProfile batching(Duration interval) {
        return with(p -> p.batchNanos = Math.max(1, interval.toNanos()));
    }

    long delayNanos() {
        return delayNanos;
    }

    long jitterNanos() {
        return jitterNanos;
    }

    LossModel loss() {
        return loss;
    }

    double reorderProbability() {
        return reorderProbability;
    }

    long reorderDelayNanos() {
        return reorderDelayNanos;
    }

    boolean reordersUpTo() {
        return reordersUpTo;
    }

    double duplicateProbability() {
        return duplicateProbability;
    }

    double corruptProbability() {
        return corruptProbability;
    }

    long bitsPerSecond() {
        return bitsPerSecond;
    }

    int queueBytes() {
        return queueBytes;
    }

    int mtu() {
        return mtu;
    }

    boolean isPartitioned() {
        return partitioned;
    }

    long batchNanos() {
        return batchNanos;
    }
}
