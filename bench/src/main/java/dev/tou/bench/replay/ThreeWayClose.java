// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;

/** S4: a server that closes at once puts its FIN on the acknowledgment of the client's. */
final class ThreeWayClose implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S4",
                "three-way-close",
                "the second FIN rides on the acknowledgment",
                "RFC 9293 section 3.6, figure 12");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connected();
        stage.client().close();
        WireSegment fin = stage.toServer(Flags.FIN | Flags.ACK);
        WireSegment answer = stage.toClient(Flags.FIN | Flags.ACK);
        if (answer.ack() != fin.end()) {
            throw NotSeen.of("one segment that acknowledges the client's FIN and has the server's");
        }
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.toServer(Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        return "The server had nothing more to say when the client's FIN came, so one segment did for two: three in all.";
    }
}
