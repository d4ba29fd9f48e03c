// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.telemetry.DeliveryProblem;

/**
 * The application's side of a connection, as seen from below: the channel implements it, so nothing below knows a channel.
 *
 * <p>Called on the connection's event loop, at the end of a burst of segments, never in the middle of one. Any of the
 * {@link UserCalls} may be made from inside.
 */
public interface ByteStream {

    /** Where nobody listens: a connection that waits for accept, or one whose application has gone. */
    ByteStream NOBODY = new ByteStream() {
        @Override
        public void onEstablished() {}

        @Override
        public void onReadable() {}

        @Override
        public void onWritable() {}

        @Override
        public void onFinished() {}

        @Override
        public void onClosed(Exception cause) {}

        @Override
        public void onShutdown() {}
    };

    /** The handshake is complete: both directions are open. */
    void onEstablished();

    /** Text in order, or the end of the peer's text, is waiting in the receive buffer. */
    void onReadable();

    /** {@return whether text that comes now would be read at the end of its burst; if not, it may not be taken} */
    default boolean wantsText() {
        return false;
    }

    /** The send buffer has room again. */
    void onWritable();

    /** Everything that was sent, and our FIN behind it, has been acknowledged. */
    void onFinished();

    /**
     * The connection is over.
     *
     * @param cause why, or null when it ended in good order
     */
    void onClosed(Exception cause);

    /** The peer has not answered for a while; the connection goes on trying. */
    default void onDeliveryProblem(DeliveryProblem problem) {}

    /** Somebody wants the event loop to end: what is written shall be delivered and the connection closed. */
    void onShutdown();
}
