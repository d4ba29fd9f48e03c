// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Units;
import dev.tou.bench.replay.Event.Source;
import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;

/** S2: a client that has vanished leaves a half-open connection, which dies by its own clock. */
final class LostSynAck implements Scenario {

    private static final int CLOCK = 50_000;
    private static final int RETRIES = 5;
    private static final int FEW_RETRIES = 2;

    @Override
    public Card card() {
        return new Card(
                "S2",
                "lost-syn-ack",
                "nobody answers the SYN,ACK",
                "RFC 6298 section 5.5 for the doubling; RFC 9293 section 3.8.1",
                "SYNACK_RETRIES is 2, not 5, so 7 s and not 63 s");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        int retries = stage.realTime() ? RETRIES : FEW_RETRIES;
        stage.listen(bootstrap -> bootstrap
                .option(TouChannelOption.SYNACK_RETRIES, retries)
                .option(TouChannelOption.AMPLIFICATION_LIMIT, false));
        stage.say("A client sends one SYN, and is never heard again.");
        RawPeer client = stage.rawClient();
        client.timestamps(CLOCK, 0); // so that each answer says when it left; a busy machine may show it late
        long begin = stage.transcript().now();
        client.syn(RawPeer.ISS);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        stage.transcript().patience(Duration.ofSeconds(80));
        int first = 0;
        int last = 0;
        for (int i = 0; i <= retries; i++) {
            Event sent = stage.transcript()
                    .await(
                            Source.TO_CLIENT,
                            "SYN,ACK number " + (i + 1),
                            event -> event.segment().is(Flags.SYN | Flags.ACK));
            int stamp = sent.segment().options().timestamp();
            if (i == 0) {
                first = stamp;
            } else {
                Doubling.check(i - 1, TimeUnit.MILLISECONDS.toNanos(stamp - last));
            }
            last = stamp;
        }
        Event closed = stage.transcript()
                .await(Source.SERVER, "the end of the half-open connection", event -> event.state() == TcpState.CLOSED);
        Doubling.check(retries, closed.nanos() - begin - TimeUnit.MILLISECONDS.toNanos(last - first));
        return Units.format(
                "The SYN,ACK went out %d times, each wait twice the one before: 1, 2, 4 ... s. After %.0f s the server gave up.",
                retries + 1, closed.nanos() / 1e9);
    }
}
