// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

/** Something that the network does at a point in virtual time. Events of one instant happen in the order of creation. */
abstract class NetworkEvent implements Comparable<NetworkEvent> {
    private final long atNanos;
    private final long order;

    NetworkEvent(long atNanos, long order) {
        this.atNanos = atNanos;
        this.order = order;
    }

    final long atNanos() {
        return atNanos;
    }

    abstract void occur();

    /** The network closes before it occurs. */
    void abandon() {}

    @Override
    public final int compareTo(NetworkEvent other) {
        int byTime = Long.compare(atNanos, other.atNanos);
        return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
}
