// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.bench.Units;
import dev.tou.bench.replay.Event.Source;
import dev.tou.telemetry.LossSign;

/** S18: what comes behind a lost segment tells of it, and it is repeated within about a round trip. */
final class FastRetransmit implements Scenario {

    private static final int SEGMENTS = 8;
    private static final int LOST = 3;

    /**
     * The path of the handshake, which is not shown. The client's timers begin with three times its round trip, so a busy machine
     * has that long to bring what tells of the loss; a timeout of this machine's own round trip would often be first.
     */
    private static final Duration ONE_WAY = Duration.ofMillis(100);

    @Override
    public Card card() {
        return new Card(
                "S18",
                "fast-retransmit",
                "one of eight segments is lost, and no timer is needed",
                "RFC 8985 section 6.2; RFC 2018 section 4; RFC 5681 section 3.2");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(Segments::ofThousand);
        stage.wire().delay(ONE_WAY);
        stage.connected(Segments::ofThousand);
        stage.wire().delay(Duration.ZERO);
        stage.client().insight().show(Insight.Topic.LOSS);
        stage.server().quiet(true);
        stage.wire().lose(1, Pick.textToServer(LOST));
        stage.say("The client writes " + SEGMENTS + " segments of " + Segments.BYTES + " bytes. The wire loses number "
                + LOST + ".");
        stage.client().write(SEGMENTS * Segments.BYTES);
        WireSegment first = stage.toServerWithText();
        int lost = first.seq() + (LOST - 1) * Segments.BYTES;
        Event selective = stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "a selective acknowledgment",
                        event -> event.segment().ack() == lost && beginsBehind(lost, event.segment()));
        String sign = stage.client().sees(Insight.ARE_LOST);
        Event again = stage.transcript()
                .await(
                        Source.TO_SERVER,
                        "the repetition",
                        event -> event.segment().seq() == lost && event.nanos() > selective.nanos());
        stage.acknowledges(first.seq() + SEGMENTS * Segments.BYTES);
        // The timer may expire later, if the acknowledgment of the repetition is late.
        if (sign.endsWith(LossSign.TIMEOUT.name())) {
            throw NotSeen.of("a repetition without the timer");
        }
        return Units.format(
                "What came behind the gap drew acknowledgments that named the gap, and by SACK blocks what had come. %.1f ms after the "
                        + "first of them the missing segment was on its way again, and nobody had waited for the retransmission timer.",
                (again.nanos() - selective.nanos()) / 1e6);
    }

    /** A block that begins where the lost segment ends. One that only tells of a probe is at the tail. */
    private static boolean beginsBehind(int lost, WireSegment segment) {
        int[] edges = segment.options().sackBlocks();
        return edges.length > 0 && edges[0] == lost + Segments.BYTES;
    }
}
