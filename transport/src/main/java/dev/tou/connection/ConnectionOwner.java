// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.InetSocketAddress;

import dev.tou.state.TcpState;
import dev.tou.timing.TcpTimer;

/** Whoever keeps a connection in its tables and drives its timers, as seen from the connection. */
public interface ConnectionOwner {

    /** A connection has moved to another state; tables and timers follow. */
    void stateChanged(TransmissionControlBlock tcb, TcpState from, TcpState to);

    /** {@return the UDP address of this end; the wildcard for a catch-all} */
    InetSocketAddress localAddress();

    /** {@return whether an application of the event loop is being called in the middle of something} */
    Reporting reporting();

    /** The listener of a connection has thrown something. */
    void listenerFailed(TransmissionControlBlock tcb, Throwable failure);

    /** A timer of the connection is due. */
    void timerExpired(TransmissionControlBlock tcb, TcpTimer timer, long nowNanos);

    /** All timers of the connection that were due have been dealt with. */
    void timersHandled(TransmissionControlBlock tcb, long nowNanos);
}
