// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;
import io.netty.channel.ChannelOption;

/** A server that has little room and does not read, so that its window shuts. */
final class ShutWindow {

    /** What the server has room for: four segments. */
    static final int ROOM = 4 * Segments.BYTES;

    private ShutWindow() {}

    /** Has a client connect to such a server. */
    static void connect(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> {
            Segments.ofThousand(bootstrap);
            bootstrap
                    .option(ChannelOption.SO_RCVBUF, ROOM)
                    .childOption(ChannelOption.SO_RCVBUF, ROOM)
                    .childOption(ChannelOption.AUTO_READ, false);
        });
        stage.connected(Segments::ofThousand);
        stage.server().channel();
    }

    /** Has the client write more than there is room for; {@return the acknowledgment that says so} */
    static Event fill(Stage stage, int bytes) throws InterruptedException {
        stage.say("The server has room for " + ROOM + " bytes, and does not read. The client writes " + bytes + ".");
        stage.client().write(bytes);
        return stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "a closed window",
                        event -> event.segment().window() == 0);
    }

    /** Has the server read; {@return the next segment to the client that says that there is room again} */
    static Event open(Stage stage) throws InterruptedException {
        stage.server().quiet(true);
        stage.server().reads();
        return stage.transcript()
                .await(
                        Source.TO_CLIENT,
                        "a window that opens",
                        event -> event.segment().window() > 0);
    }
}
