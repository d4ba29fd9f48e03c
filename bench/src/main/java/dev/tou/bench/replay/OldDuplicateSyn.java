// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;

/** S12: why a handshake has three parts: the third is where a client can say that it never called. */
final class OldDuplicateSyn implements Scenario {

    @Override
    public Card card() {
        return new Card("S12", "old-duplicate-syn", "an old SYN opens no connection", "RFC 9293 section 3.5, figure 8");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().absoluteNumbers();
        stage.listen(bootstrap -> {});
        RawPeer client = stage.rawClient();
        stage.say("Out of some queue comes a SYN of long ago, with sequence number 90.");
        client.syn(90);
        WireSegment answer = stage.toClient(Flags.SYN | Flags.ACK);
        if (answer.ack() != 91) {
            throw NotSeen.of("an acknowledgment of the old SYN");
        }
        stage.say("The client never sent 90, or does not remember: it refuses with a RST.");
        client.send(Flags.RST, 91, 0);
        stage.server().reaches(TcpState.CLOSED);
        stage.say("Now the client's SYN of today, with 100.");
        client.syn(100);
        answer = stage.toClient(Flags.SYN | Flags.ACK);
        if (answer.ack() != 101) {
            throw NotSeen.of("an acknowledgment of the new SYN");
        }
        client.ack(101, answer.end());
        stage.server().reaches(TcpState.ESTABLISHED);
        return "After two segments the server could not know that the SYN was old. With a handshake of two it would have had a "
                + "connection that nobody wants; the third segment, here a RST, is the client's say.";
    }
}
