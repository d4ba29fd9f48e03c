// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S3: a few SYNs that nobody follows up shut a server without cookies. */
final class SynBacklog implements Scenario {

    private static final int HONEST = 40_002;

    @Override
    public Card card() {
        return new Card(
                "S3",
                "syn-backlog",
                "a flood of SYNs, and no cookies",
                "RFC 4987 section 2 (the attack) and 3.2 (the backlog)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap
                .option(TouChannelOption.MAX_SYN_BACKLOG, 1)
                .option(TouChannelOption.SYN_COOKIES, SynCookieMode.NEVER)
                .option(TouChannelOption.SYNACK_RETRIES, 1));
        stage.say("A server with room for one half-open connection, and SYN_COOKIES NEVER. A flooder takes the room.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        stage.say("An honest client asks.");
        client.port(HONEST);
        client.syn(RawPeer.ISS);
        stage.silence(Duration.ofMillis(500), HONEST);
        stage.say("SYNACK_RETRIES is 1, so the half-open connection dies after 1 + 2 s. The honest client asks again.");
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.server().reaches(TcpState.CLOSED);
        client.syn(RawPeer.ISS);
        int next = stage.toClient(Flags.SYN | Flags.ACK, HONEST).end();
        client.ack(RawPeer.ISS + 1, next);
        stage.server().reaches(TcpState.ESTABLISHED);
        return "While the queue was full, honest SYNs fell on the floor with the others. Fewer retries empty it sooner; "
                + "cookies do without it.";
    }
}
