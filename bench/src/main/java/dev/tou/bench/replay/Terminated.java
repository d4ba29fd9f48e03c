// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.state.TcpState;

/** S10: a process that is asked to end says goodbye. */
final class Terminated implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S10",
                "server-terminated",
                "the server gets SIGTERM, as when its host shuts down",
                "RFC 9293 section 3.6");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().patience(Duration.ofSeconds(30));
        ServerProcess server = stage.process();
        stage.connected();
        server.terminate();
        stage.toClient(Flags.FIN | Flags.ACK);
        stage.client().reaches(TcpState.CLOSE_WAIT);
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.client().sees("channel closed");
        return "A process that has time to end closes its connections: the client reads the end of the stream, and no exception.";
    }
}
