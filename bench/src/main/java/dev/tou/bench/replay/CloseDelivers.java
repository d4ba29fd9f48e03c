// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpState;

/** S15: close() returns at once, and what was written still arrives. */
final class CloseDelivers implements Scenario {

    private static final int BYTES = 20_000;

    @Override
    public Card card() {
        return new Card(
                "S15",
                "close-delivers",
                "close() while much is unsent",
                "RFC 9293 section 3.10.4: \"queue this until all preceding SENDs have been segmentized\"");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {});
        stage.connected();
        stage.server().quiet(true);
        stage.say("The client writes " + BYTES + " bytes, more than its first window, and closes at once.");
        stage.client().write(BYTES);
        stage.client().close();
        stage.client().reaches(TcpState.FIN_WAIT_1);
        stage.client().sees("channel closed");
        stage.server().sees("has read " + BYTES + " bytes");
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.server().reaches(TcpState.CLOSED);
        return "The client's application has gone, and its connection goes on alone, an orphan: all " + BYTES
                + " bytes reached the server, and the FIN after the last of them.";
    }
}
