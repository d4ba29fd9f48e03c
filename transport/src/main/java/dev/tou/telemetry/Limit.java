// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** What keeps a connection from sending more. */
public enum Limit {
    /** Nothing is under way, and nothing waits. */
    IDLE("idle"),
    /** All that the application wrote is under way; it could write more. */
    APPLICATION("app"),
    /** The send buffer is full of what the peer has not acknowledged, so the application cannot write more. */
    SEND_BUFFER("sndbuf"),
    /** The peer's window is full. */
    RECEIVE_WINDOW("rwnd"),
    /** The congestion window is full. */
    CONGESTION_WINDOW("cwnd"),
    /** The next segment waits for its time. */
    PACING("pacing"),
    /** Less than a segment waits for company: Nagle's algorithm, or {@code CORK}. */
    SMALL_SEGMENT("small"),
    /** The UDP channel takes no more datagrams for the moment, or its socket refuses them. */
    UDP_CHANNEL("udp");

    private final String label;

    Limit(String label) {
        this.label = label;
    }

    /** {@return a short name for people} */
    public String label() {
        return label;
    }
}
