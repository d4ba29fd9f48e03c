// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.state.TcpState;

/** S7: the server's process is killed and started again before anybody notices. */
final class ServerRestarted implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S7",
                "server-restarted",
                "the server is killed and started again",
                "RFC 9293 section 3.5.1, half-open connections; section 3.10.7.1");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().patience(Duration.ofSeconds(30));
        ServerProcess server = stage.process();
        stage.connected();
        server.kill();
        server.start();
        stage.client().write("are you there?");
        stage.toServer(Flags.ACK);
        stage.toClient(Flags.RST);
        stage.client().reaches(TcpState.CLOSED);
        stage.client().seesFailure("Connection reset");
        return "The new process has the port and not the connection, so it answers with a RST. The client's "
                + "application gets it as an exception.";
    }
}
