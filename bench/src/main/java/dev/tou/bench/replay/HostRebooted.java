// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.time.Duration;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.state.TcpState;

/** S9: the server's host crashes and comes back, and knows nothing. */
final class HostRebooted implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S9",
                "host-rebooted",
                "the server's host crashes and comes back",
                "RFC 9293 section 3.5.1, figure 10; section 3.10.7.1");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().patience(Duration.ofSeconds(60));
        ServerProcess server = stage.process();
        stage.connected();
        stage.say("The server's host loses its power.");
        stage.wire().cut();
        server.kill();
        stage.client().write("are you there?");
        stage.toServer(Flags.ACK);
        server.start();
        stage.say("The host is back.");
        mend(stage.wire());
        stage.toClient(Flags.RST);
        stage.client().reaches(TcpState.CLOSED);
        stage.client().seesFailure("Connection reset");
        return "Repetitions went into the void until the host was back. It had forgotten the connection, and said so with a RST. "
                + "The client's application gets it as an exception.";
    }

    private static void mend(Wire wire) {
        try {
            wire.mend();
        } catch (IOException e) {
            throw new Failure(ExitCode.CANNOT_LISTEN, "The wire's port was taken in the meantime; play it again.", e);
        }
    }
}
