// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S4: text for an application that has gone is answered with a RST. */
final class DataAfterClose implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S4",
                "data-after-close",
                "text for a client that has closed",
                "RFC 9293 section 3.6.1, SHLD-3; RFC 2525 section 2.17");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.connected();
        stage.client().close();
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.server().reaches(TcpState.CLOSE_WAIT);
        stage.server().sees("end of the stream");
        stage.server().write("too late");
        stage.toClientWithText();
        stage.toServer(Flags.RST | Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        stage.server().seesFailure("Connection reset");
        return "close() closes both directions, unlike shutdownOutput(): nobody can read any more, and the RST says so. The "
                + "server's application gets it as an exception.";
    }
}
