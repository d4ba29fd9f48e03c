// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S2: a forged SYN must not make a server shout at somebody else. */
final class UnprovenAddress implements Scenario {

    /** SYN,ACKs of the SYN's size that are three times what came. */
    private static final int ALLOWED = 3;

    @Override
    public Card card() {
        return new Card(
                "S2",
                "unproven-address",
                "no more than three times what came",
                "RFC 9000 section 8.1 has the same rule; RFC 9293 leaves it open");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.option(TouChannelOption.SYNACK_RETRIES, 5));
        stage.say("One SYN. Perhaps its address is forged, and the answers go to a victim.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        for (int i = 0; i < ALLOWED; i++) {
            stage.toClient(Flags.SYN | Flags.ACK);
        }
        stage.say("That was three times as much as came. After another 4 s the next would be due.");
        stage.silence(Duration.ofSeconds(6));
        stage.say("The client is real, and repeats its SYN: that is credit for more.");
        client.syn(RawPeer.ISS);
        int next = stage.toClient(Flags.SYN | Flags.ACK).end();
        client.ack(RawPeer.ISS + 1, next);
        stage.server().reaches(TcpState.ESTABLISHED);
        return "The clock of the SYN,ACK ran on, but what would have been too much was not sent. Whoever is really there loses "
                + "nothing, and a forger gains nothing.";
    }
}
