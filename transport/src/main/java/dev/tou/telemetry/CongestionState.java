// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/** Whether loss is being repaired, with the names of Linux's {@code ca_state}; without ECN there is no CWR. */
public enum CongestionState {
    /** Nothing is amiss. */
    OPEN("Open"),
    /** Something arrived out of order, or twice; it may be a loss. */
    DISORDER("Disorder"),
    /** A loss was found by acknowledgments and is being repaired (fast recovery). */
    RECOVERY("Recovery"),
    /** The retransmission timer has expired (loss recovery). */
    LOSS("Loss");

    private final String label;

    CongestionState(String label) {
        this.label = label;
    }

    /** {@return the name as Linux writes it} */
    public String label() {
        return label;
    }
}
