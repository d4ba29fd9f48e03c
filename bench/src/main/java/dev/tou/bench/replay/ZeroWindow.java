// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;

/** S17: a closed window is asked about, because what opens it may be lost. */
final class ZeroWindow implements Scenario {

    private static final int BYTES = 6 * Segments.BYTES;

    @Override
    public Card card() {
        return new Card(
                "S17",
                "zero-window",
                "the window is closed, and what opens it is lost",
                "RFC 9293 section 3.8.6.1, MUST-35 to MUST-37, SHLD-29 and SHLD-30");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        ShutWindow.connect(stage);
        stage.client().insight().show(Insight.Topic.WINDOW_PROBES);
        Event full = ShutWindow.fill(stage, BYTES);
        stage.client().sees(Insight.PROBES);
        Event probe = stage.transcript()
                .await(
                        Source.TO_SERVER,
                        "a probe without text",
                        event -> event.segment().seq() == full.segment().ack() - 1
                                && event.segment().text().length == 0);
        stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an answer",
                        event -> event.nanos() > probe.nanos()
                                && event.segment().window() == 0
                                && event.segment().options().sackBlocks().length == 0);
        stage.say("The wire loses what opens the window.");
        stage.wire()
                .lose(
                        1,
                        passing -> passing.direction() == Source.TO_CLIENT
                                && passing.segment().window() > 0);
        ShutWindow.open(stage);
        stage.client().sees(Insight.PROBES);
        stage.acknowledges(full.segment().ack() - ShutWindow.ROOM + BYTES);
        return "An acknowledgment without text is not repeated if it is lost, so a sender that only waited would wait for ever. It asks, "
                + "with a number that is old and must be answered, first after a retransmission timeout, then less and less often.";
    }
}
