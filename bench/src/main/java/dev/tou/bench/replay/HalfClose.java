// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S6: a FIN closes one direction; the other goes on. */
final class HalfClose implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S6",
                "half-close",
                "one direction is closed, the other still flows",
                "RFC 9293 section 3.6, case 1, and section 3.6.1");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.connect(bootstrap -> bootstrap.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.handshake();
        stage.client().write("question");
        stage.server().sees("question");
        stage.client().shutdownOutput();
        stage.server().reaches(TcpState.CLOSE_WAIT);
        stage.server().sees("end of the stream");
        stage.client().reaches(TcpState.FIN_WAIT_2);
        stage.server().write("a long answer");
        stage.client().sees("a long answer");
        stage.server().close();
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.server().reaches(TcpState.CLOSED);
        return "After its FIN the client sent nothing but acknowledgments, and still read the answer: FIN-WAIT-2 and CLOSE-WAIT "
                + "are the two halves of a half-closed connection.";
    }
}
