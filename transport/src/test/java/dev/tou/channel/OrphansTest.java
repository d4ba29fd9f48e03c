// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Connections that live on after close (S15): they finish on their own, up to MAX_ORPHANS of an event loop. */
@Tag("S15")
class OrphansTest {

    private static final int MOST = 3;

    /** Clients whose server never closes: after close they stay in FIN-WAIT-2. */
    private static List<SocketChannel> connect(SimPair pair, int clients) {
        pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            channels.add(pair.connect(pair.client(new Recorder()).option(TouChannelOption.MAX_ORPHANS, MOST)));
        }
        pair.simulation.expect("accept", () -> pair.accepted.size() == clients, SimPair.seconds(1));
        return channels;
    }

    private static List<Integer> reset(SimPair pair) {
        List<Integer> reset = new ArrayList<>();
        for (int i = 0; i < pair.accepted.size(); i++) {
            if (!pair.accepted.get(i).failures().isEmpty()) {
                reset.add(i);
            }
        }
        return reset;
    }

    private static void closeOneByOne(SimPair pair, List<SocketChannel> channels) {
        for (SocketChannel channel : channels) {
            pair.simulation.await(channel.close());
            pair.simulation.advance(SimPair.ms(100));
        }
    }

    private static int connections(SimPair pair) {
        return pair.clients.resources().shards().stream()
                .mapToInt(shard -> shard.connections().size())
                .sum();
    }

    @Test
    void oneMoreResetsTheOldest() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> channels = connect(pair, MOST + 2);
            closeOneByOne(pair, channels.subList(0, MOST));
            assertThat(reset(pair)).isEmpty();
            closeOneByOne(pair, channels.subList(MOST, MOST + 2));
            assertThat(reset(pair)).containsExactly(0, 1);
            assertThat(pair.accepted.get(0).failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            assertThat(connections(pair)).isEqualTo(MOST);
        }
    }

    /** Whose option is small gives up its own connection, not those of others. */
    @Test
    void aSmallerLimitIsNotThatOfOthers() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> channels = connect(pair, MOST + 1);
            channels.get(MOST).config().setOption(TouChannelOption.MAX_ORPHANS, 0);
            closeOneByOne(pair, channels);
            assertThat(reset(pair)).containsExactly(MOST);
            assertThat(connections(pair)).isEqualTo(MOST);
        }
    }

    /** Where nothing is remembered, no end of a record tells that the socket is idle. */
    @Test
    void withoutTimeWaitTheSocketGoesAllTheSame() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(TouChannelOption.MAX_TIME_WAIT, 0));
            client.close();
            pair.simulation.advance(SimPair.seconds(130));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @Test
    void whoIsOverMakesRoom() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> channels = connect(pair, MOST + 2);
            closeOneByOne(pair, channels.subList(0, MOST));
            pair.accepted.get(0).channel().close();
            pair.accepted.get(1).channel().config().setSoLinger(0);
            pair.accepted.get(1).channel().close();
            pair.simulation.advance(SimPair.ms(100));
            closeOneByOne(pair, channels.subList(MOST, MOST + 2));
            assertThat(reset(pair)).isEmpty();
        }
    }

    /** Nothing is lost by it, where there is a choice. */
    @Test
    void whoseBytesHaveArrivedGoesFirst() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> channels = connect(pair, MOST + 1);
            pair.accepted.get(0).channel().config().setAutoRead(false);
            pair.simulation.advance(SimPair.ms(100));
            // More than the window: it is not delivered before somebody reads.
            channels.get(0).config().setSendBufferSize(4_000_000);
            channels.get(0).writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(3_000_000)));
            closeOneByOne(pair, channels);
            assertThat(reset(pair)).containsExactly(1);
            pair.accepted.get(0).channel().config().setAutoRead(true);
            pair.simulation.expect("all", () -> pair.accepted.get(0).receivedBytes() == 3_000_000, SimPair.seconds(60));
        }
    }

    /** By default everything that was written is delivered, however many are closed at once. */
    @Test
    void manyClosedAtOnceFinishOnTheirOwn() {
        int many = 500;
        try (SimPair pair = new SimPair()) {
            pair.listen();
            for (int i = 0; i < many; i++) {
                SocketChannel client = pair.connect(new Recorder());
                client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10_000)));
                client.close();
            }
            pair.simulation.expect(
                    "all",
                    () -> pair.accepted.size() == many
                            && pair.accepted.stream().allMatch(child -> child.receivedBytes() == 10_000),
                    SimPair.seconds(60));
            assertThat(reset(pair)).isEmpty();
            pair.expectNothingLeft();
        }
    }
}
