// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.bench.Units;
import dev.tou.bench.replay.Event.Source;
import dev.tou.telemetry.AckKind;
import io.netty.channel.ChannelOption;

/** S17: one end waits to send less often, the other to acknowledge less often, and they wait for each other. */
final class Nagle implements Scenario {

    /** A new connection acknowledges its first segments at once, because the other end is in slow start. */
    private static final int QUICK = 16;

    /**
     * How late every other segment is before the scene begins. The client learns that an acknowledgment may take that long, so a
     * machine that is a little slow to bring one does not have it probe with what is to wait.
     */
    private static final Duration UNEVEN = Duration.ofMillis(30);

    private static final String HEAD = "head";
    private static final String BODY = "body";

    @Override
    public Card card() {
        return new Card(
                "S17",
                "nagle",
                "Nagle's algorithm waits for a delayed acknowledgment",
                "RFC 9293 section 3.7.4, SHLD-7 and MUST-17; section 3.8.6.3, SHLD-18");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.say("A client with TCP_NODELAY off has connected, and both have said a few things.");
        stage.transcript().offstage();
        stage.connect(bootstrap -> bootstrap.option(ChannelOption.TCP_NODELAY, false));
        stage.handshake();
        for (int i = 0; i < QUICK; i++) {
            stage.wire().delay(i % 2 == 0 ? Duration.ZERO : UNEVEN);
            stage.client().write("word " + i + ".");
            stage.server().sees("word " + i + ".");
        }
        stage.client().isAcknowledged();
        stage.wire().delay(Duration.ZERO);
        WireSegment last = stage.transcript().of(Source.TO_SERVER).stream()
                .map(Event::segment)
                .reduce((one, other) -> other)
                .orElseThrow();
        stage.transcript().onstage();
        stage.server().insight().show(Insight.Topic.ACKNOWLEDGMENTS);
        boolean waits = !stage.client().write(HEAD, BODY);
        int head = last.end() + HEAD.length();
        acknowledged(stage, head);
        stage.server().acknowledges(AckKind.DELAYED);
        Event body = body(stage, head);
        // What the wire shows first is no sign: where the acknowledgment is late, the body may leave as a probe.
        if (!waits) {
            throw NotSeen.of("text that waits for an acknowledgment");
        }
        stage.server().sees(BODY);
        acknowledged(stage, head + BODY.length());
        stage.say("TCP_NODELAY is on. The wire holds the acknowledgment back, to show that nothing waits for it.");
        stage.client().channel().config().setOption(ChannelOption.TCP_NODELAY, true);
        stage.wire().hold(Pick.toClient(Flags.ACK));
        boolean leftAtOnce = stage.client().write(HEAD, BODY);
        int second = head + BODY.length() + HEAD.length();
        body(stage, second);
        if (!leftAtOnce) {
            throw NotSeen.of("text that waits for nothing");
        }
        stage.toClient(Flags.ACK);
        stage.wire().release();
        return Units.format(
                "Nagle's algorithm sends less than a full segment only when nothing is unacknowledged, and the server delays its "
                        + "acknowledgment in the hope of an answer to ride on. So the body waited %.0f ms for nothing. With "
                        + "TCP_NODELAY, the default here, both left at once; to write them as one is better still.",
                (body.nanos() - sent(stage, last.end())) / 1e6);
    }

    private static Event acknowledged(Stage stage, int number) throws InterruptedException {
        return stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an acknowledgment",
                        event -> event.segment().ack() == number);
    }

    private static Event body(Stage stage, int seq) throws InterruptedException {
        return stage.transcript()
                .await(Source.TO_SERVER, "the body", event -> event.segment().seq() == seq);
    }

    private static long sent(Stage stage, int seq) {
        return stage.transcript().of(Source.TO_SERVER).stream()
                .filter(event -> event.segment().seq() == seq)
                .filter(event -> event.segment().text().length > 0)
                .mapToLong(Event::nanos)
                .findFirst()
                .orElseThrow();
    }
}
