// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

import dev.tou.bench.replay.Event.Source;

/** S18: if nothing comes back at all, only a clock helps; each time it waits twice as long. */
final class RetransmissionTimeout implements Scenario {

    private static final int TIMEOUTS = 3;

    /** What leaves before the first timeout: the text, and a probe. */
    private static final int BEFORE = 2;

    /** Timers count in ticks. */
    private static final double TWICE = 1.99;

    @Override
    public Card card() {
        return new Card(
                "S18",
                "timeout",
                "nothing comes back, and the timer backs off",
                "RFC 6298 sections 5.4 to 5.7; RFC 8985 section 7");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connected();
        stage.client().insight().show(Insight.Topic.LOSS);
        stage.say("The wire is cut.");
        stage.wire().cut();
        stage.client().write("are you there?");
        stage.client().sees(Insight.TAIL_PROBE);
        for (int i = 0; i < TIMEOUTS; i++) {
            stage.client().sees(Insight.TIMER);
        }
        for (int i = 0; i < BEFORE + TIMEOUTS; i++) {
            stage.toServerWithText();
        }
        stage.say("The wire is whole again, and nobody tells the client.");
        mend(stage.wire());
        stage.server().sees("are you there?");
        stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an acknowledgment",
                        event -> event.segment().is(Flags.ACK));
        List<Long> waits = stage.client().insight().timeoutNanos();
        for (int i = 1; i < waits.size(); i++) {
            if (waits.get(i) < TWICE * waits.get(i - 1)) {
                throw NotSeen.of("a timer that waits twice as long");
            }
        }
        return "First a probe, in case only the last segment was lost. Then the timer: a path that is broken or full must not be hit at "
                + "the same pace, so each wait is twice the one before, up to a minute. The first acknowledgment ends it.";
    }

    private static void mend(Wire wire) {
        try {
            wire.mend();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
