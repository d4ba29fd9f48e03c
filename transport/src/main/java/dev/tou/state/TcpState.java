// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.state;

import java.util.EnumMap;
import java.util.Map;

/**
 * The eleven states of a connection (RFC 9293 section 3.3.2, figure 5), as a table of states by events.
 *
 * <p>Whatever is not in the table cannot happen: {@link #on} refuses it. The diagram of docs/STATE-MACHINE.md and the
 * exhaustive test are made from the same table.
 */
public enum TcpState {
    /** No connection. */
    CLOSED("No connection."),
    /** Waiting for a SYN. */
    LISTEN("Waiting for a SYN."),
    /** A SYN was sent. */
    SYN_SENT("A SYN was sent."),
    /** A SYN was received and one was sent. */
    SYN_RECEIVED("A SYN was received and one was sent."),
    /** Both ends may send. */
    ESTABLISHED("Both ends may send."),
    /** We closed; our FIN is not acknowledged. */
    FIN_WAIT_1("We closed; our FIN is not acknowledged."),
    /** We closed and the peer knows; the peer may still send. */
    FIN_WAIT_2("We closed and the peer knows; the peer may still send."),
    /** The peer closed; we may still send. */
    CLOSE_WAIT("The peer closed; we may still send."),
    /** Both closed at once; our FIN is not acknowledged. */
    CLOSING("Both closed at once; our FIN is not acknowledged."),
    /** The peer closed, then we; our FIN is not acknowledged. */
    LAST_ACK("The peer closed, then we; our FIN is not acknowledged."),
    /** All is said; old segments are given time to die. */
    TIME_WAIT("All is said; old segments are given time to die.");

    private static final TcpState[][] TABLE = new TcpState[values().length][TcpEvent.values().length];

    static {
        CLOSED.moves(TcpEvent.ACTIVE_OPEN, SYN_SENT);
        CLOSED.moves(TcpEvent.PASSIVE_OPEN, LISTEN);

        LISTEN.moves(TcpEvent.SYN_RECEIVED, SYN_RECEIVED);
        LISTEN.moves(TcpEvent.CLOSE, CLOSED);

        SYN_SENT.moves(TcpEvent.SYN_RECEIVED, SYN_RECEIVED);
        SYN_SENT.moves(TcpEvent.SYN_ACK_RECEIVED, ESTABLISHED);
        SYN_SENT.moves(TcpEvent.CLOSE, CLOSED);

        SYN_RECEIVED.moves(TcpEvent.SYN_ACKED, ESTABLISHED);
        SYN_RECEIVED.moves(TcpEvent.CLOSE, FIN_WAIT_1);

        ESTABLISHED.moves(TcpEvent.CLOSE, FIN_WAIT_1);
        ESTABLISHED.moves(TcpEvent.FIN_RECEIVED, CLOSE_WAIT);

        FIN_WAIT_1.moves(TcpEvent.FIN_ACKED, FIN_WAIT_2);
        FIN_WAIT_1.moves(TcpEvent.FIN_RECEIVED, CLOSING);

        FIN_WAIT_2.moves(TcpEvent.FIN_RECEIVED, TIME_WAIT);

        CLOSE_WAIT.moves(TcpEvent.CLOSE, LAST_ACK);

        CLOSING.moves(TcpEvent.FIN_ACKED, TIME_WAIT);

        LAST_ACK.moves(TcpEvent.FIN_ACKED, CLOSED);

        TIME_WAIT.moves(TcpEvent.TIME_WAIT_EXPIRED, CLOSED);

        for (TcpState state : values()) {
            if (state != CLOSED) {
                state.moves(TcpEvent.ABORT, CLOSED);
            }
            // RFC 1337: a reset does not end TIME-WAIT. A listener has nobody who could reset it.
            if (state != CLOSED && state != LISTEN && state != TIME_WAIT) {
                state.moves(TcpEvent.RESET, CLOSED);
                state.moves(TcpEvent.TIMEOUT, CLOSED);
            }
        }
    }

    private final String explanation;

    TcpState(String explanation) {
        this.explanation = explanation;
    }

    /** {@return what it means, in a sentence} */
    public String explanation() {
        return explanation;
    }

    private void moves(TcpEvent event, TcpState next) {
        TABLE[ordinal()][event.ordinal()] = next;
    }

    /**
     * {@return the state after the event}
     *
     * @throws IllegalStateException if the event cannot happen in this state
     */
    public TcpState on(TcpEvent event) {
        TcpState next = TABLE[ordinal()][event.ordinal()];
        if (next == null) {
            throw new IllegalStateException(event + " in " + this);
        }
        return next;
    }

    /** {@return whether the event can happen in this state} */
    public boolean allows(TcpEvent event) {
        return TABLE[ordinal()][event.ordinal()] != null;
    }

    /** {@return the events that can happen in this state and the states that they lead to} */
    public Map<TcpEvent, TcpState> transitions() {
        Map<TcpEvent, TcpState> transitions = new EnumMap<>(TcpEvent.class);
        for (TcpEvent event : TcpEvent.values()) {
            if (allows(event)) {
                transitions.put(event, on(event));
            }
        }
        return transitions;
    }

    /** {@return whether both ends have agreed on sequence numbers} */
    public boolean isSynchronized() {
        return this.compareTo(ESTABLISHED) >= 0;
    }

    /** {@return whether text of the peer may still arrive} */
    public boolean receives() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }

    /** {@return whether the application may still send} */
    public boolean sends() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /** {@return whether our FIN was or will be sent, so that the application has nothing more to say} */
    public boolean closedByUs() {
        return this == FIN_WAIT_1 || this == FIN_WAIT_2 || this == CLOSING || this == LAST_ACK || this == TIME_WAIT;
    }

    /** {@return the name as the RFC writes it, such as FIN-WAIT-1} */
    @Override
    public String toString() {
        return name().replace('_', '-');
    }
}
