// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** The listener that a connection came to, as seen from its handshake. */
public interface Opener {

    /** {@return whether there is somebody to accept one more complete connection, and a place to wait for that} */
    boolean canComplete();

    /** {@return whether a handshake that finds no place is reset instead of ignored} */
    boolean resetsOnOverflow();

    /** The connection has left SYN-RECEIVED, for better or worse, or has not come so far. */
    void handshakeOver(TransmissionControlBlock tcb);
}
