// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S5: a server may remember only so many connections, and forgets the oldest first. */
final class TimeWaitCap implements Scenario {

    private static final int FIRST = 40_001;
    private static final int SECOND = 40_002;

    @Override
    public Card card() {
        return new Card(
                "S5",
                "time-wait-cap",
                "too many connections in TIME-WAIT",
                "RFC 9293 section 3.6.1; tcp_max_tw_buckets in tcp(7)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.option(TouChannelOption.MAX_TIME_WAIT, 1));
        stage.say("A server with MAX_TIME_WAIT 1 closes two connections.");
        stage.transcript().offstage();
        RawPeer client = stage.rawClient();
        int first = closed(stage, client, FIRST);
        int second = closed(stage, client, SECOND);
        stage.transcript().onstage();
        stage.say("The second client's FIN comes again: remembered.");
        client.send(Flags.FIN | Flags.ACK, RawPeer.ISS + 1, second);
        stage.acknowledges(RawPeer.ISS + 2);
        stage.say("The first client's FIN comes again: forgotten.");
        client.port(FIRST);
        client.send(Flags.FIN | Flags.ACK, RawPeer.ISS + 1, first);
        stage.toClient(Flags.RST);
        return "The cap makes the oldest go first, and a warning is logged. A peer whose FIN comes again after that gets a RST, "
                + "which does no harm: all its data had been acknowledged.";
    }

    /** Opens a connection, has the server close it, and answers with a FIN; {@return what the client acknowledges at the end} */
    private static int closed(Stage stage, RawPeer client, int port) throws InterruptedException {
        client.port(port);
        client.open(stage);
        stage.server().nextChannel().close();
        int end = stage.toClient(Flags.FIN | Flags.ACK).end();
        client.send(Flags.FIN | Flags.ACK, RawPeer.ISS + 1, end);
        stage.server().reaches(TcpState.TIME_WAIT);
        stage.acknowledges(RawPeer.ISS + 2);
        return end;
    }
}
