// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;

/** S11: what the two SYNs agree on, and that an option is used only if both offer it. */
final class SynOptions implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S11",
                "syn-options",
                "the handshake agrees on options",
                "RFC 9293 section 3.7.1 (MSS); RFC 7323 sections 2.2 and 3.2; RFC 2018 section 2");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connect(bootstrap -> {});
        stage.handshake();
        tell(stage, stage.client().channel());
        stage.say("The next client offers neither window scaling nor timestamps nor SACK.");
        TouSocketChannel plain = (TouSocketChannel) stage.connect(bootstrap -> bootstrap
                        .option(TouChannelOption.WINDOW_SCALING, false)
                        .option(TouChannelOption.TIMESTAMPS, false)
                        .option(TouChannelOption.SACK, false))
                .channel();
        stage.client().sees("is connected");
        stage.server().sees("accepts");
        int port = plain.localAddress().getPort();
        WireSegment syn = stage.toServer(Flags.SYN, port);
        WireSegment synAck = stage.toClient(Flags.SYN | Flags.ACK, port);
        stage.toServer(Flags.ACK, port);
        tell(stage, plain);
        for (String option : new String[] {"sack", "ts", "wscale"}) {
            if (syn.options().offers().contains(option)
                    || synAck.options().offers().contains(option)) {
                throw NotSeen.of("a handshake without " + option);
            }
        }
        return "The server answered each offer with its own, and made none that the client had not made. Without scaling no window "
                + "is larger than 65535 bytes.";
    }

    private static void tell(Stage stage, TouSocketChannel channel) {
        stage.say("tcpInfo(): " + channel.tcpInfo().toString().split(" limited_by")[0]);
    }
}
