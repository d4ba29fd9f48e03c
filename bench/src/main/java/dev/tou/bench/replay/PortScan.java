// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

/** S13: what a scan learns from the answer to a SYN. */
final class PortScan implements Scenario {

    private static final int FILTERED = 40_002;

    @Override
    public Card card() {
        return new Card(
                "S13",
                "port-scan",
                "an open, a closed and a filtered port",
                "RFC 9293 section 3.10.7.1 (closed) and 3.10.7.2 (open)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        int port = stage.wire().clientSide().getPort();
        RawPeer scanner = stage.rawClient();
        stage.say("A SYN to port " + port + ", where a server listens.");
        scanner.syn(RawPeer.ISS);
        stage.toClient(Flags.SYN | Flags.ACK);
        scanner.send(Flags.RST, RawPeer.ISS + 1, 0);
        int closed = port == 1 ? 2 : port - 1;
        stage.say("A SYN to port " + closed + " on the same UDP socket, where none does.");
        scanner.synTo(closed, RawPeer.ISS);
        WireSegment reset = stage.toClient(Flags.RST | Flags.ACK);
        if (reset.seq() != 0 || reset.ack() != RawPeer.ISS + 1) {
            throw NotSeen.of("a RST that acknowledges the SYN");
        }
        stage.say("A SYN that a filter swallows.");
        scanner.port(FILTERED);
        stage.wire().lose(1, Pick.toServer(Flags.SYN));
        scanner.syn(RawPeer.ISS);
        stage.silence(Duration.ofSeconds(1), FILTERED);
        return "SYN,ACK is open, RST is closed, silence is filtered: the three answers that every port scanner knows.";
    }
}
