// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpState;

/** S5: a new connection may take the place of one in TIME-WAIT, if its timestamps prove that it is new. */
final class TimeWaitReuse implements Scenario {

    private static final int CLOCK = 50_000;

    @Override
    public Card card() {
        return new Card(
                "S5",
                "time-wait-reuse",
                "a new SYN for a connection in TIME-WAIT",
                "RFC 6191 section 2; RFC 9293 section 3.6.1, MAY-2");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().showTimestamps();
        stage.listen(bootstrap -> {});
        RawPeer client = stage.rawClient();
        client.timestamps(CLOCK, 0);
        int first = client.open(stage);
        stage.server().close();
        int end = stage.toClient(Flags.FIN | Flags.ACK).end();
        client.send(Flags.FIN | Flags.ACK, RawPeer.ISS + 1, end);
        stage.server().reaches(TcpState.TIME_WAIT);
        stage.toClient(Flags.ACK);
        stage.say("A SYN from the same address and port, with a later timestamp: the client wants a new connection.");
        client.timestamps(CLOCK + 1000, 0);
        client.syn(RawPeer.ISS);
        // On a busy machine that of the first connection may have been sent again.
        WireSegment synAck = stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an answer to the new SYN",
                        event -> event.segment().is(Flags.SYN | Flags.ACK)
                                && event.segment().end() != first)
                .segment();
        client.ack(RawPeer.ISS + 1, synAck.end());
        stage.server().reaches(TcpState.ESTABLISHED);
        return "The timestamp was later than all of the old connection, so no old segment could be taken for a new one: TIME-WAIT "
                + "ended early, and the client did not have to wait.";
    }
}
