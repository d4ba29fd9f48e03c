// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S8: the other host crashes, or its cable is pulled: nothing comes back, not even an error. */
final class HostGone implements Scenario {

    private static final int FEW_RETRIES = 4;

    @Override
    public Card card() {
        return new Card(
                "S8",
                "host-gone",
                "the server's host vanishes while data is on its way",
                "RFC 9293 section 3.8.3 (R2); RFC 6298 section 5.5",
                "RETRIES2 is 4, not 15, so a few seconds and not seven minutes");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connected(bootstrap -> {
            if (!stage.realTime()) {
                bootstrap.option(TouChannelOption.RETRIES2, FEW_RETRIES);
            }
        });
        stage.say("The wire is cut.");
        stage.wire().cut();
        stage.transcript().patience(stage.realTime() ? Duration.ofMinutes(40) : Duration.ofSeconds(120));
        stage.client().write("are you there?");
        stage.toServer(Flags.ACK);
        stage.toServer(Flags.ACK);
        stage.client().reaches(TcpState.CLOSED);
        stage.client().seesFailure("timed out");
        return "Each repetition waits twice as long as the one before, up to a minute. Then the "
                + "connection is given up, and the exception says after how long.";
    }
}
