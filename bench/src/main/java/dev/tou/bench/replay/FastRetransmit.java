// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.Units;
import dev.tou.bench.replay.Event.Source;

/** S18: what comes behind a lost segment tells of it, and it is repeated within about a round trip. */
final class FastRetransmit implements Scenario {

    private static final int SEGMENTS = 8;
    private static final int LOST = 3;

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
        stage.connected(Segments::ofThousand);
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
        stage.client().sees(Insight.LOSES);
        Event again = stage.transcript()
                .await(
                        Source.TO_SERVER,
                        "the repetition",
                        event -> event.segment().seq() == lost && event.nanos() > selective.nanos());
        stage.acknowledges(first.seq() + SEGMENTS * Segments.BYTES);
        if (!stage.client().insight().timeoutNanos().isEmpty()) {
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
