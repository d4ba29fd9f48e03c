// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S3: a server may say at once that its accept queue is full. */
final class AbortOnOverflow implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S3",
                "abort-on-overflow",
                "a full accept queue that says so",
                "RFC 9293 section 3.10.7.1; tcp_abort_on_overflow in tcp(7)");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap
                .option(ChannelOption.SO_BACKLOG, 1)
                .option(ChannelOption.AUTO_READ, false)
                .option(TouChannelOption.ABORT_ON_OVERFLOW, true));
        stage.say("A server with SO_BACKLOG 1 and ABORT_ON_OVERFLOW that does not accept. A first client connects.");
        RawPeer client = stage.rawClient();
        client.syn(RawPeer.ISS);
        client.ack(RawPeer.ISS + 1, stage.toClient(Flags.SYN | Flags.ACK).end());
        stage.server().reaches(TcpState.ESTABLISHED);
        stage.say("A second client.");
        client.port(40_002);
        client.syn(RawPeer.ISS);
        stage.toClient(Flags.RST | Flags.ACK);
        return "The second client hears at once that it cannot be served, and need not try again. By default it hears nothing, "
                + "because room may come soon.";
    }
}
