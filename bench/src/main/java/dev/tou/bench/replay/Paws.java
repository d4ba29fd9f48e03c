// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/** S11: a segment with an old timestamp is an old segment, wherever its sequence number lies. */
final class Paws implements Scenario {

    private static final int CLOCK = 50_000;

    @Override
    public Card card() {
        return new Card("S11", "paws", "an old segment is known by its timestamp", "RFC 7323 section 5.3, R1");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().showTimestamps();
        stage.listen(bootstrap -> {});
        RawPeer client = stage.rawClient();
        client.timestamps(CLOCK, 0);
        int next = client.open(stage);
        client.timestamps(CLOCK + 10, 1);
        client.text(RawPeer.ISS + 1, next, "new ");
        stage.server().sees("new ");
        stage.acknowledges(RawPeer.ISS + 5);
        stage.say("A segment in the window, but with a timestamp from before the connection.");
        client.timestamps(CLOCK - 10, 1);
        client.text(RawPeer.ISS + 5, next, "old ");
        stage.acknowledges(RawPeer.ISS + 5);
        stage.say("The same place in the stream, with a timestamp of now.");
        client.timestamps(CLOCK + 20, 1);
        client.text(RawPeer.ISS + 5, next, "newer");
        if (!stage.server().sees("reads").contains("newer")) {
            throw NotSeen.of("that the old segment is dropped");
        }
        stage.toClient(Flags.ACK);
        return "The segment with the old timestamp was acknowledged and dropped: the sequence number fitted, because such numbers "
                + "come round again every 4 GiB, but a clock does not go back.";
    }
}
