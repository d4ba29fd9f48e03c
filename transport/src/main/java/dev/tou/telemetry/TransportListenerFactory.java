// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/**
 * Makes a {@link TransportListener} for each connection: {@code MyListener::new}, or {@code connection -> shared} for one that
 * needs not know of which connection it hears.
 */
@FunctionalInterface
public interface TransportListenerFactory {

    /** Nobody listens. The default. */
    TransportListenerFactory NONE = connection -> TransportListener.NONE;

    /**
     * {@return the listener of a connection, {@link TransportListener#NONE} for none} Called on the event loop when the connection
     * comes into being: before our SYN, or for a listener's when the peer's SYN has come, so for half-open ones, too.
     *
     * @param connection which it is
     */
    TransportListener newListener(ConnectionId connection);
}
