// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.AckKind;

/** S14: when an acknowledgment waits, and when it does not. */
final class Acknowledgments implements Scenario {

    /** A new connection acknowledges its first segments at once, because the other end is in slow start. */
    private static final int QUICK = 16;

    private static final int BYTES = 100;
    private static final String QUESTION = "question";

    @Override
    public Card card() {
        return new Card(
                "S14",
                "acknowledgments",
                "delayed, every second, at once, riding on text",
                "RFC 5681 section 4.2; RFC 9293 section 3.8.6.3");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap ->
                bootstrap.option(TouChannelOption.DELAYED_ACK, 500).childOption(TouChannelOption.DELAYED_ACK, 500));
        stage.say("A client has connected and sent 16 segments. DELAYED_ACK is 500 ms, the most that is allowed.");
        stage.transcript().offstage();
        RawPeer client = stage.rawClient();
        int next = client.open(stage);
        stage.server().quiet(true);
        stage.server().insight().show(Insight.Topic.ACKNOWLEDGMENTS);
        int seq = RawPeer.ISS + 1;
        for (int i = 0; i < QUICK; i++, seq += BYTES) {
            client.text(seq, next, BYTES);
            acknowledged(stage, seq + BYTES, AckKind.IMMEDIATE);
        }
        stage.transcript().onstage();
        stage.say("One segment, and nothing more: its acknowledgment waits for company.");
        client.text(seq, next, BYTES);
        seq += BYTES;
        acknowledged(stage, seq, AckKind.DELAYED);
        stage.say("Two segments: the second is acknowledged at once.");
        client.text(seq, next, BYTES);
        client.text(seq + BYTES, next, BYTES);
        seq += 2 * BYTES;
        acknowledged(stage, seq, AckKind.IMMEDIATE);
        stage.say(
                "The second of two comes first: at once, so that the sender hears of the gap. The first fills it: at once.");
        client.text(seq + BYTES, next, BYTES);
        acknowledged(stage, seq, AckKind.OUT_OF_ORDER);
        client.text(seq, next, BYTES);
        seq += 2 * BYTES;
        acknowledged(stage, seq, AckKind.IMMEDIATE);
        stage.say("One segment, and the server has something to say.");
        stage.server().quiet(false);
        client.text(seq, next, QUESTION);
        stage.server().sees(QUESTION);
        stage.server().write("answer");
        WireSegment answer = stage.toClientWithText();
        if (answer.ack() != seq + QUESTION.length()) {
            throw NotSeen.of("an acknowledgment that rides on text");
        }
        return "An acknowledgment waits for text to ride on or a second segment, at most 500 ms; what tells of a loss or its repair "
                + "never waits.";
    }

    private static void acknowledged(Stage stage, int number, AckKind kind) throws InterruptedException {
        stage.server().acknowledges(kind);
        stage.acknowledges(number);
    }
}
