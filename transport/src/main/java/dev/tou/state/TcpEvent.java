// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.state;

/** What moves a connection from one state to another. Each event has one raiser. */
public enum TcpEvent {
    /** OPEN by the application that wants a connection; a SYN is sent. */
    ACTIVE_OPEN,
    /** OPEN by a listener. */
    PASSIVE_OPEN,
    /** A SYN without an acknowledgment of ours arrived. */
    SYN_RECEIVED,
    /** A SYN that acknowledges ours arrived. */
    SYN_ACK_RECEIVED,
    /** Our SYN, sent in answer to the peer's, was acknowledged. */
    SYN_ACKED,
    /** CLOSE by the application: no more text from us. */
    CLOSE,
    /** The peer's FIN was reached in sequence. */
    FIN_RECEIVED,
    /** Our FIN was acknowledged. */
    FIN_ACKED,
    /** An acceptable reset arrived. */
    RESET,
    /** ABORT by the application; a reset is sent where one is due. */
    ABORT,
    /** The peer was silent for too long. */
    TIMEOUT,
    /** Two maximum segment lifetimes have passed. */
    TIME_WAIT_EXPIRED
}
