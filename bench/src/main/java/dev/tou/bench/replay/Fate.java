// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/** What the wire does with a segment, and how that looks from the client's side. */
enum Fate {
    PASSED("-->", "<--"),
    LOST("--x", "x--"),
    HELD("--|", "|--"),
    REPEATED("==>", "<==");

    private final String toServer;
    private final String toClient;

    Fate(String toServer, String toClient) {
        this.toServer = toServer;
        this.toClient = toClient;
    }

    String arrow(Event.Source direction) {
        return direction == Event.Source.TO_SERVER ? toServer : toClient;
    }
}
