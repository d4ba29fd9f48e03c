// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.state.TcpState;
import dev.tou.timing.TcpTimer;

/** Whoever keeps a connection in its tables and drives its timers, as seen from the connection. */
public interface ConnectionOwner {

    /** A connection has moved to another state; tables and timers follow. */
    void stateChanged(TransmissionControlBlock tcb, TcpState from, TcpState to);

    /** A timer of the connection is due. */
    void timerExpired(TransmissionControlBlock tcb, TcpTimer timer, long nowNanos);

    /** All timers of the connection that were due have been dealt with. */
    void timersHandled(TransmissionControlBlock tcb, long nowNanos);
}
