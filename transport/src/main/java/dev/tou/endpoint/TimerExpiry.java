// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TcpTimer;

/**
 * A timer of a connection is due. It travels down the pipeline like a segment, to the stage that the timer belongs to. Reused;
 * valid until the call returns.
 */
public final class TimerExpiry {

    /** Follows the last expiry of a connection: the burst is over. */
    public static final Object HANDLED = new Object() {
        @Override
        public String toString() {
            return "timers handled";
        }
    };

    private TransmissionControlBlock connection;
    private TcpTimer timer;
    private long nowNanos;

    TimerExpiry of(TransmissionControlBlock connection, TcpTimer timer, long nowNanos) {
        this.connection = connection;
        this.timer = timer;
        this.nowNanos = nowNanos;
        return this;
    }

    /** {@return whose timer it is} */
    public TransmissionControlBlock connection() {
        return connection;
    }

    /** {@return which timer is due} */
    public TcpTimer timer() {
        return timer;
    }

    /** {@return the time of the wheel's turn} */
    public long nowNanos() {
        return nowNanos;
    }
}
