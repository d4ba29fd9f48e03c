// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

/** Sees every datagram at each turn of its way, in the order in which things happen. */
@FunctionalInterface
public interface DatagramListener {

    /** Called with the virtual time at which {@code datagram} met {@code fate}. */
    void onDatagram(long nowNanos, Datagram datagram, Fate fate);
}
