// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;

/** S17: a receiver says how much more it can take, and a sender stops there. */
final class Window implements Scenario {

    private static final int BYTES = 10 * Segments.BYTES;

    @Override
    public Card card() {
        return new Card(
                "S17",
                "window",
                "the receiver says how much it can take",
                "RFC 9293 section 3.8.6; section 3.3.1, figure 3");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        ShutWindow.connect(stage);
        Event full = ShutWindow.fill(stage, BYTES);
        int edge = full.segment().ack();
        Event open = ShutWindow.open(stage);
        stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "an acknowledgment of all",
                        event -> event.segment().ack() == edge - ShutWindow.ROOM + BYTES);
        boolean beyond = stage.transcript().of(Source.TO_SERVER).stream()
                .anyMatch(
                        event -> event.nanos() < open.nanos() && event.segment().end() - edge > 0);
        if (beyond) {
            throw NotSeen.of("a sender that stops where the window ends");
        }
        if (stage.server().channel().tcpInfo().acksWindowUpdate() == 0) {
            throw NotSeen.of("a receiver that says of its own accord that there is room again");
        }
        return "The window is what the receiver has room for behind the acknowledgment. The client stopped at the byte before "
                + "SND.UNA + SND.WND, whatever it had to say, and went on when the application had read.";
    }
}
