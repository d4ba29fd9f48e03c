// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;

/** S13: a closed port need not say that it is. */
final class SilentPorts implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S13",
                "silent-ports",
                "a closed port that looks like a filtered one",
                "RFC 9293 section 3.10.7.1, and why not to");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.option(TouChannelOption.SILENT_CLOSED_PORTS, true));
        int port = stage.wire().clientSide().getPort();
        int closed = port - 1;
        stage.say("A SYN to port " + closed
                + ", where nobody listens, on the UDP socket of a server with SILENT_CLOSED_PORTS.");
        RawPeer scanner = stage.rawClient();
        scanner.synTo(closed, RawPeer.ISS);
        stage.toServer(Flags.SYN);
        stage.silence(Duration.ofSeconds(1));
        return "Nothing: a scanner learns less, and an honest client that mistook the port waits until its patience ends.";
    }
}
