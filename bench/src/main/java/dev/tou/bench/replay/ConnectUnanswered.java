// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S8: the host that is called does not answer at all. */
final class ConnectUnanswered implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S8",
                "connect-unanswered",
                "nobody answers the SYN",
                "RFC 9293 section 3.8.3, MUST-23; RFC 6298 section 2.1",
                "SYN_RETRIES is 2, not 6");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.wire().cut();
        stage.transcript().patience(Duration.ofMinutes(3));
        stage.connect(bootstrap -> {
            bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
            if (!stage.realTime()) {
                bootstrap.option(TouChannelOption.SYN_RETRIES, 2);
            }
        });
        stage.toServer(Flags.SYN);
        stage.toServer(Flags.SYN);
        stage.client().reaches(TcpState.CLOSED);
        String seen = stage.client().sees("connect()");
        return "The SYN was repeated. Then the client's " + seen + ".";
    }
}
