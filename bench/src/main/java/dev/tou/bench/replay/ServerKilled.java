// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

/** S7: the server's process is killed, and its port with it. */
final class ServerKilled implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S7",
                "server-killed",
                "the server's process is killed",
                "RFC 9293 section 3.9.2.2; RFC 5461 for when to believe ICMP");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        ServerProcess server = stage.process();
        stage.connected();
        stage.transcript().patience(Duration.ofSeconds(90));
        server.kill();
        stage.client().write("are you there?");
        stage.client().seesFailure("Connection reset");
        return "A killed process says nothing, but its host does: nobody has the port. The client's host heard so, "
                + "and the application gets an exception long before its patience ends.";
    }
}
