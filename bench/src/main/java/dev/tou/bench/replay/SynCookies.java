// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S3: a server that keeps nothing of a SYN, and finds all of it again in the answer. */
final class SynCookies implements Scenario {

    private static final int CLOCK = 50_000;
    private static final int HONEST = 40_002;

    @Override
    public Card card() {
        return new Card("S3", "syn-cookies", "a flood of SYNs, and cookies", "RFC 4987 section 3.6");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.option(TouChannelOption.MAX_SYN_BACKLOG, 1));
        stage.say("A server with room for one half-open connection. A flooder takes the room.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        stage.say("An honest client asks. It is answered, but look at the server's states: nothing is kept.");
        client.port(HONEST);
        client.timestamps(CLOCK, 0);
        client.modern();
        client.syn(RawPeer.ISS);
        WireSegment cookie = stage.toClient(Flags.SYN | Flags.ACK, HONEST);
        stage.say("The ACK brings the cookie back: it is the server's sequence number, and its timestamp.");
        client.timestamps(CLOCK + 1, cookie.options().timestamp());
        client.ack(RawPeer.ISS + 1, cookie.end());
        stage.server().reaches(TcpState.ESTABLISHED);
        String info = stage.server().channel().tcpInfo().toString().split(" ca_state")[0];
        stage.say("tcpInfo() of the server's end: " + info);
        if (!info.contains(" ts sack wscale:")) {
            throw NotSeen.of("timestamps, SACK and window scaling after a cookie");
        }
        return "What the SYN had said was in the cookie, signed with a key that only the server has. No memory was spent before the "
                + "client had proven its address, and no option was lost.";
    }
}
