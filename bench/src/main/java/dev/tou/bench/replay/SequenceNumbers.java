// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.List;

import dev.tou.bench.replay.Event.Source;

/** S17: each byte has a number, and an acknowledgment names the next one. */
final class SequenceNumbers implements Scenario {

    private static final int BYTES = 2500;

    @Override
    public Card card() {
        return new Card(
                "S17",
                "sequence-numbers",
                "each byte has a number",
                "RFC 9293 section 3.4; section 3.3.1, figures 3 and 4");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(Segments::ofThousand);
        stage.connected(Segments::ofThousand);
        stage.client().write("hello");
        stage.server().sees("hello");
        WireSegment first = stage.toServerWithText();
        stage.acknowledges(first.end());
        stage.say("The client writes " + BYTES + " bytes.");
        stage.server().quiet(true);
        stage.client().write(BYTES);
        stage.acknowledges(first.end() + BYTES);
        stage.server().write("thank you");
        stage.client().sees("thank you");
        List<WireSegment> texts = stage.transcript().of(Source.TO_SERVER).stream()
                .map(Event::segment)
                .filter(segment -> segment.text().length > 0)
                .toList();
        int next = first.seq();
        for (WireSegment text : texts) {
            boolean again = text.end() - next <= 0;
            if (text.seq() != next && !again) {
                throw NotSeen.of("segments that begin where the one before ends");
            }
            next = again ? next : text.end();
        }
        return "A segment is called by the number of its first byte, and ends one before the next begins. An acknowledgment names the "
                + "byte that is expected next, so it stands for all before. Each direction counts for itself.";
    }
}
