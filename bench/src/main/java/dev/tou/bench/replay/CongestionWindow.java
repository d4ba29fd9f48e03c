// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.tou.bench.replay.Event.Source;
import dev.tou.telemetry.WindowChange;

/** S19: nobody knows what the path can carry, so the sender tries: twice as much in each round trip, until something is lost. */
final class CongestionWindow implements Scenario {

    private static final int SEGMENTS = 90;

    /** In the third round trip. */
    private static final int LOST = 45;

    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private static final Pattern ANY = Pattern.compile(Insight.CONGESTION + "(\\d+) bytes");

    /** What it was before the loss. */
    private static final Pattern FALL =
            Pattern.compile(Insight.CONGESTION + ".* " + WindowChange.RECOVERY + Insight.FALL + "(\\d+)");

    @Override
    public Card card() {
        return new Card(
                "S19",
                "congestion-window",
                "twice as much in each round trip, until something is lost",
                "RFC 5681 section 3.1; RFC 9438 section 4.6; RFC 6928");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(Segments::ofThousand);
        stage.client().insight().show(Insight.Topic.CONGESTION_WINDOW);
        stage.client().insight().show(Insight.Topic.LOSS);
        stage.server().quiet(true);
        stage.wire().delay(ONE_WAY);
        stage.connected(Segments::ofThousand);
        stage.wire().lose(1, Pick.textToServer(LOST));
        stage.say("A segment takes " + ONE_WAY.toMillis() + " ms. The client writes " + SEGMENTS + " of "
                + Segments.BYTES + " bytes, which are not shown; the wire loses number " + LOST + ".");
        stage.transcript().hideSegments();
        stage.client().write(SEGMENTS * Segments.BYTES);
        WireSegment first = stage.toServerWithText();
        stage.acknowledges(first.seq() + SEGMENTS * Segments.BYTES);
        long initial = told(stage, ANY);
        long largest = told(stage, FALL);
        if (largest < 2 * initial) {
            throw NotSeen.of("a congestion window that doubles");
        }
        return "The congestion window is the sender's own limit, and on no segment. It began with "
                + initial
                + " bytes, and grew by what was acknowledged, which doubles it in a round trip: slow start. The loss "
                + "was taken for a full queue somewhere.";
    }

    /** {@return the number of bytes in the first words about the congestion window that are so} */
    private static long told(Stage stage, Pattern wanted) {
        return stage.transcript().of(Source.CLIENT).stream()
                .filter(event -> event.words() != null)
                .map(event -> wanted.matcher(event.words()))
                .filter(Matcher::find)
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .findFirst()
                .orElseThrow(() -> NotSeen.of("a congestion window that shrinks when something is lost"));
    }
}
