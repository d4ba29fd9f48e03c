// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S4: each direction is closed by a FIN of its own, and each FIN is acknowledged. */
final class FourWayClose implements Scenario {

    @Override
    public Card card() {
        return new Card("S4", "four-way-close", "two FINs, two acknowledgments", "RFC 9293 section 3.6, figure 12");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.connected();
        stage.client().close();
        stage.client().reaches(TcpState.FIN_WAIT_1);
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.server().reaches(TcpState.CLOSE_WAIT);
        stage.toClient(Flags.ACK);
        stage.client().reaches(TcpState.FIN_WAIT_2);
        stage.server().sees("end of the stream");
        stage.server().close();
        stage.server().reaches(TcpState.LAST_ACK);
        stage.toClient(Flags.FIN | Flags.ACK);
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.toServer(Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        return "Who closes first goes through FIN-WAIT-1 and FIN-WAIT-2 to TIME-WAIT, who closes second through CLOSE-WAIT and "
                + "LAST-ACK to CLOSED.";
    }
}
