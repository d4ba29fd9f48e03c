// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S8: an idle end learns that the other is gone only if it asks. */
final class KeepAlive implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S8",
                "keep-alive",
                "an idle server asks whether its client is still there",
                "RFC 9293 section 3.8.4",
                "KEEP_IDLE is 2 s, not 2 h, KEEP_INTERVAL 1 s, not 75 s, KEEP_COUNT 3, not 9");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {
            bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
            if (!stage.realTime()) {
                bootstrap.childOption(TouChannelOption.KEEP_IDLE, 2);
                bootstrap.childOption(TouChannelOption.KEEP_INTERVAL, 1);
                bootstrap.childOption(TouChannelOption.KEEP_COUNT, 3);
            }
        });
        stage.connected();
        stage.transcript().patience(stage.realTime() ? Duration.ofHours(3) : Duration.ofSeconds(30));
        stage.say("Nobody has anything to say. The client is there, and answers the first probe.");
        stage.toClient(Flags.ACK);
        stage.toServer(Flags.ACK);
        stage.say("The wire is cut.");
        stage.wire().cut();
        stage.toClient(Flags.ACK);
        stage.toClient(Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        stage.toClient(Flags.RST | Flags.ACK);
        stage.server().seesFailure("timed out");
        return "A probe is a segment with an old sequence number, which must be acknowledged. While answers came nothing happened; "
                + "when they stayed out, the server gave up.";
    }
}
