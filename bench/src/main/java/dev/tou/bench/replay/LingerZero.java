// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S15: close() as an abort. */
final class LingerZero implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S15",
                "linger-zero",
                "close() with SO_LINGER 0 is a RST",
                "RFC 9293 section 3.10.5 (ABORT); SO_LINGER in socket(7)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connected(bootstrap -> bootstrap.option(ChannelOption.SO_LINGER, 0));
        stage.client().close();
        stage.client().reaches(TcpState.CLOSED);
        stage.toServer(Flags.RST | Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        stage.server().seesFailure("Connection reset");
        return "No FIN and no TIME-WAIT: what was unsent is lost, and the peer does not read an end: "
                + "the server's application gets an exception.";
    }
}
