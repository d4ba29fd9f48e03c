// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S4: both ends close before they hear of the other's FIN. */
final class SimultaneousClose implements Scenario {

    @Override
    public Card card() {
        return new Card("S4", "simultaneous-close", "both ends close at once", "RFC 9293 section 3.6, figure 13");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.connected();
        stage.say("The wire holds both FINs back until both are sent.");
        stage.wire().hold(Pick.toServer(Flags.FIN | Flags.ACK));
        stage.wire().hold(Pick.toClient(Flags.FIN | Flags.ACK));
        stage.client().close();
        stage.server().close();
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.toClient(Flags.FIN | Flags.ACK);
        stage.wire().release();
        stage.client().reaches(TcpState.CLOSING);
        stage.server().reaches(TcpState.CLOSING);
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.server().reaches(TcpState.TIME_WAIT);
        return "Each end got a FIN where it waited for an acknowledgment of its own, and went through CLOSING. Both are in "
                + "TIME-WAIT, because neither was second.";
    }
}
