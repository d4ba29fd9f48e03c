// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;
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
        // On a busy machine that of the old one may have been sent again.
        WireSegment another = stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an acknowledgment of the new SYN",
                        event -> event.segment().is(Flags.SYN | Flags.ACK)
                                && event.segment().ack() == 101)
                .segment();
        client.ack(101, another.end());
        stage.server().reaches(TcpState.ESTABLISHED);
        return "After two segments the server could not know that the SYN was old. With a handshake of two it would have had a "
                + "connection that nobody wants; the third segment, here a RST, is the client's say.";
    }
}
