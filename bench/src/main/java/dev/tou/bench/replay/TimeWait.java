// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S5: who closes first remembers the connection for two maximum segment lifetimes, in case its last acknowledgment is lost. */
final class TimeWait implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S5",
                "time-wait",
                "the last acknowledgment is lost, and the FIN comes again",
                "RFC 9293 section 3.6.1, MUST-13; section 3.10.7.4, eighth, TIME-WAIT",
                "MSL is 1 s, not 30 s, so TIME-WAIT lasts 2 s and not 60 s");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        int mslSeconds = stage.realTime() ? 30 : 1;
        stage.listen(bootstrap -> bootstrap.option(TouChannelOption.MSL, mslSeconds));
        stage.connected();
        stage.say("The server closes first. The wire loses its last acknowledgment.");
        stage.wire().lose(1, Pick.toClient(Flags.ACK));
        stage.server().close();
        stage.toClient(Flags.FIN | Flags.ACK);
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.server().reaches(TcpState.TIME_WAIT);
        stage.toClient(Flags.ACK);
        stage.toServer(Flags.FIN | Flags.ACK);
        stage.toClient(Flags.ACK);
        stage.client().reaches(TcpState.CLOSED);
        stage.say(
                "The client is content. Two maximum segment lifetimes later a copy of its FIN comes out of some queue.");
        stage.transcript().patience(Duration.ofSeconds(2L * mslSeconds + 30));
        stage.server().reaches(TcpState.CLOSED);
        stage.wire().again(stage.wire().last(Pick.toServer(Flags.FIN | Flags.ACK)));
        stage.toClient(Flags.RST);
        return "In TIME-WAIT the server acknowledged the FIN that came again, or the client would have waited in LAST-ACK. When "
                + "the time was over it had forgotten the connection, and said so with a RST.";
    }
}
