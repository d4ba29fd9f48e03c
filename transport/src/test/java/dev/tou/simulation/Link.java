// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One direction between two hosts. Decides, when a datagram enters, whether and when it comes out.
 *
 * <p>Each link has random numbers of its own, so that traffic on one link does not change the fate of another's.
 */
public final class Link {
    private static final double NANOS_PER_SECOND = 1e9;

    private final SimulatedNetwork network;
    private final SimHost target;
    private final RandomGenerator random;
    private final long[] counts = new long[Fate.values().length];
    private LinkProfile profile;
    private boolean bad;
    private long busyUntilNanos;
    private long lastArrivalNanos;

    Link(SimulatedNetwork network, SimHost target, LinkProfile profile, RandomGenerator random) {
        this.network = network;
        this.target = target;
        this.profile = profile;
        this.random = random;
    }

    public LinkProfile profile() {
        return profile;
    }

    /** Changes the profile from now on, for instance {@code link.change(p -> p.partitioned(true))}. */
    public void change(UnaryOperator<LinkProfile> change) {
        profile = change.apply(profile);
    }

    /** {@return how many datagrams met this fate on this link} */
    public long count(Fate fate) {
        return counts[fate.ordinal()];
    }

    /** {@return bytes waiting in front of the bottleneck} */
    public long queuedBytes() {
        long waitNanos = busyUntilNanos - network.nowNanos();
        return waitNanos <= 0 ? 0 : Math.round(waitNanos * profile.bitsPerSecond() / (8 * NANOS_PER_SECOND));
    }

    SimHost target() {
        return target;
    }

    void count(Fate fate, Datagram datagram) {
        counts[fate.ordinal()]++;
        network.observe(datagram, fate);
    }

    /** Takes a datagram that just left its sender. */
    void carry(Datagram datagram, long scriptedDelayNanos) {
        LinkProfile p = profile;
        if (p.isPartitioned()) {
            count(Fate.PARTITIONED, datagram);
            return;
        }
        if (datagram.packetBytes() > p.mtu()) {
            count(Fate.TOO_BIG, datagram);
            return;
        }
        if (!enqueue(datagram.packetBytes())) {
            count(Fate.QUEUE_FULL, datagram);
            return;
        }
        if (loses()) {
            count(Fate.LOST, datagram);
            return;
        }
        if (LossModel.chance(p.corruptProbability(), random)) {
            count(Fate.CORRUPTED, datagram);
            return;
        }
        network.deliverAt(arrivalNanos(scriptedDelayNanos), this, datagram);
        if (LossModel.chance(p.duplicateProbability(), random)) {
            count(Fate.DUPLICATED, datagram);
            network.deliverAt(arrivalNanos(scriptedDelayNanos), this, datagram);
        }
    }

    /** {@return the delay of an ICMP message on this link, or -1 if it is lost} */
    long errorMessageDelayNanos() {
        return profile.isPartitioned() || loses() ? -1 : profile.delayNanos();
    }

    private boolean enqueue(int packetBytes) {
        long now = network.nowNanos();
        LinkProfile p = profile;
        if (p.bitsPerSecond() == 0) {
            busyUntilNanos = now;
            return true;
        }
        if (queuedBytes() + packetBytes > p.queueBytes()) {
            return false;
        }
        long serializationNanos = Math.round(packetBytes * 8 * NANOS_PER_SECOND / p.bitsPerSecond());
        busyUntilNanos = Math.max(now, busyUntilNanos) + serializationNanos;
        return true;
    }

    private boolean loses() {
        LossModel model = profile.loss();
        bad = model.nextIsBad(bad, random);
        return model.loses(bad, random);
    }

    private long arrivalNanos(long scriptedDelayNanos) {
        LinkProfile p = profile;
        long arrival = busyUntilNanos + p.delayNanos();
        if (p.jitterNanos() > 0) {
            arrival += random.nextLong(p.jitterNanos() + 1);
        }
        long late = scriptedDelayNanos;
        if (LossModel.chance(p.reorderProbability(), random)) {
            late += p.reordersUpTo() ? 1 + random.nextLong(p.reorderDelayNanos()) : p.reorderDelayNanos();
        }
        arrival = batched(Math.max(arrival, lastArrivalNanos), p.batchNanos());
        if (late > 0) {
            return batched(arrival + late, p.batchNanos());
        }
        lastArrivalNanos = arrival;
        return arrival;
    }

    private static long batched(long nanos, long batchNanos) {
        return batchNanos == 1 ? nanos : (nanos + batchNanos - 1) / batchNanos * batchNanos;
    }
}
