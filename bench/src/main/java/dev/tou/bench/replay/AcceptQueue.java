// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.state.TcpState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

/** S3: a handshake does not wait for accept, and a full accept queue does not answer. */
final class AcceptQueue implements Scenario {

    private static final int SECOND = 40_002;

    @Override
    public Card card() {
        return new Card(
                "S3",
                "accept-queue",
                "connections that nobody accepts, with room for one",
                "RFC 9293 section 3.10.7.2; the queues are those of a kernel, listen(2)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        Channel listener = stage.listen(
                bootstrap -> bootstrap.option(ChannelOption.SO_BACKLOG, 1).option(ChannelOption.AUTO_READ, false));
        stage.say("A server with SO_BACKLOG 1 that does not accept. A first client connects and writes.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        int next = stage.toClient(Flags.SYN | Flags.ACK).end();
        client.ack(RawPeer.ISS + 1, next);
        stage.server().reaches(TcpState.ESTABLISHED);
        client.text(RawPeer.ISS + 1, next, "early");
        stage.acknowledges(RawPeer.ISS + 6);
        stage.say("A second client. There is no room for it behind the first: its SYN is not answered.");
        client.port(SECOND);
        client.syn(RawPeer.ISS);
        stage.silence(Duration.ofMillis(800), SECOND);
        stage.say("The server accepts. Now there is room, when the second client repeats its SYN.");
        listener.read();
        stage.server().sees("accepts");
        stage.server().sees("early");
        client.syn(RawPeer.ISS);
        client.ack(
                RawPeer.ISS + 1, stage.toClient(Flags.SYN | Flags.ACK, SECOND).end());
        stage.server().reaches(TcpState.ESTABLISHED);
        return "The first connection was complete, and its text acknowledged, before anybody accepted it. The second was "
                + "not answered until the first had been accepted.";
    }
}
