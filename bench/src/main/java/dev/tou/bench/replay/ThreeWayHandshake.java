// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;

/** S1: three segments open a connection. */
final class ThreeWayHandshake implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S1", "handshake", "three segments open a connection", "RFC 9293 section 3.5, and figure 6 there");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connect(bootstrap -> {});
        stage.client().reaches(TcpState.SYN_SENT);
        stage.toServer(Flags.SYN);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.client().reaches(TcpState.ESTABLISHED);
        stage.toServer(Flags.ACK);
        stage.server().reaches(TcpState.ESTABLISHED);
        stage.client().sees("is connected");
        stage.server().sees("accepts");
        return "Each end has sent its first sequence number and has it acknowledged, so both know where the other begins. "
                + "The client is ESTABLISHED after one round trip, the server half a round trip later.";
    }
}
