// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;

/** S3: whom a listener does not want, it does not answer. */
final class SourceFiltered implements Scenario {

    @Override
    public Card card() {
        return new Card("S3", "source-filter", "a client that is not wanted", "RFC 4987 section 3.1 (filtering)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.option(
                TouChannelOption.SOURCE_FILTER, address -> !address.getAddress().isLoopbackAddress()));
        stage.say("A server whose SOURCE_FILTER takes no clients of this machine.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        stage.toServer(Flags.SYN);
        stage.silence(Duration.ofSeconds(1));
        return "No SYN,ACK, no RST, no state: to whom is filtered the port is not there.";
    }
}
