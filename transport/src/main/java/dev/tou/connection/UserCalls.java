// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import io.netty.buffer.ByteBuf;

/**
 * The calls of an application (RFC 9293 section 3.9.1): OPEN, SEND, RECEIVE, CLOSE, ABORT. All are made on the connection's
 * event loop, at any time, also from inside a {@link ByteStream} callback.
 */
public interface UserCalls {

    /** OPEN, active: sends the SYN. */
    void open(TransmissionControlBlock tcb);

    /** {@return how many bytes {@link #send} would take now} */
    int sendSpace(TransmissionControlBlock tcb);

    /** SEND: copies up to {@code maxBytes} of the buffer's readable bytes and skips them. {@return how many} */
    int send(TransmissionControlBlock tcb, ByteBuf source, int maxBytes);

    /** PUSH: what was sent so far may go on its way, at the end of the burst or at once. */
    void push(TransmissionControlBlock tcb);

    /** RECEIVE: copies up to {@code maxBytes} of what came in order. {@return how many} */
    int receive(TransmissionControlBlock tcb, ByteBuf destination, int maxBytes);

    /** The application has finished reading for now, so that the window may open. */
    void received(TransmissionControlBlock tcb);

    /** The application has changed options: timers follow, and what Nagle's algorithm held back may go. */
    void optionsChanged(TransmissionControlBlock tcb);

    /** CLOSE: our FIN follows the last byte; what is unsent is still delivered. */
    void close(TransmissionControlBlock tcb);

    /** The application is gone: nobody will read, and the connection finishes, or is reset, on its own. */
    void orphan(TransmissionControlBlock tcb);

    /** ABORT: a reset is sent and everything is dropped. */
    void abort(TransmissionControlBlock tcb);
}
