// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;

/** S2: a SYN,ACK is lost, and both ends repeat themselves. */
final class SynAckLostOnce implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S2", "syn-ack-lost-once", "the SYN,ACK is lost, and comes again", "RFC 6298 sections 2.1 and 5.5");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.say("The wire loses the first SYN,ACK.");
        stage.wire().lose(1, Pick.toClient(Flags.SYN | Flags.ACK));
        stage.connect(bootstrap -> {});
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.client().reaches(TcpState.ESTABLISHED);
        stage.server().reaches(TcpState.ESTABLISHED);
        stage.server().sees("accepts");
        return "Without an answer for a second, each end repeats what it sent: the client its SYN, the server its SYN,ACK. "
                + "Whichever comes first does. A SYN that comes again is answered, too, so there may be two SYN,ACKs; a copy "
                + "does no harm.";
    }
}
