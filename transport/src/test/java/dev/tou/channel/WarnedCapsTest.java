// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Where a cap ends what would have lived on, the log says so: at once, and then not for each. */
class WarnedCapsTest {

    @Test
    @Tag("S5")
    void timeWait() {
        try (SimPair pair = new SimPair();
                Warnings warnings = new Warnings("dev.tou.endpoint.TimeWait")) {
            pair.listen(pair.server().option(TouChannelOption.MAX_TIME_WAIT, 1));
            connect(pair, 3);
            closeChild(pair, 0);
            assertThat(warnings.take()).isEmpty();
            closeChild(pair, 1);
            assertThat(warnings.take())
                    .containsExactly("more than 1 connections in TIME-WAIT on " + pair.serverHost.address(SimPair.PORT)
                            + " (MAX_TIME_WAIT): 1 forgotten early, the oldest first");
            closeChild(pair, 2);
            assertThat(warnings.take()).isEmpty();
        }
    }

    /** Who wants none need not be told. */
    @Test
    @Tag("S5")
    void noTimeWaitAtAll() {
        try (SimPair pair = new SimPair();
                Warnings warnings = new Warnings("dev.tou.endpoint.TimeWait")) {
            pair.listen(pair.server().option(TouChannelOption.MAX_TIME_WAIT, 0));
            connect(pair, 1);
            closeChild(pair, 0);
            assertThat(warnings.take()).isEmpty();
        }
    }

    @Test
    @Tag("S15")
    void orphans() {
        try (SimPair pair = new SimPair();
                Warnings warnings = new Warnings("dev.tou.endpoint.Orphans")) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            List<SocketChannel> channels = connect(pair, 3);
            close(pair, channels.get(0));
            assertThat(warnings.take()).isEmpty();
            close(pair, channels.get(1));
            assertThat(warnings.take())
                    .containsExactly("more than 1 connections live on after close (MAX_ORPHANS): 1 reset");
            close(pair, channels.get(2));
            assertThat(warnings.take()).isEmpty();
        }
    }

    private static List<SocketChannel> connect(SimPair pair, int clients) {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            channels.add(pair.connect(pair.client(new Recorder()).option(TouChannelOption.MAX_ORPHANS, 1)));
        }
        pair.simulation.expect("accept", () -> pair.accepted.size() == clients, SimPair.seconds(1));
        return channels;
    }

    private static void closeChild(SimPair pair, int child) {
        close(pair, pair.accepted.get(child).channel());
    }

    private static void close(SimPair pair, SocketChannel channel) {
        pair.simulation.await(channel.close());
        pair.simulation.advance(SimPair.ms(100));
    }
}
