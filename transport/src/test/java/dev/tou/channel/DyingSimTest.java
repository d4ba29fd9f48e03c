// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.dying.DyingTable;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.LinkProfile;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How long the defaults take to give up, which nobody wants to wait for; {@code docs/DYING.md} has the figures. */
class DyingSimTest {

    private static final double NANOS_PER_SECOND = 1e9;

    private static final int DAY_SECONDS = 86_400;

    private static void vanishes(SimPair pair) {
        pair.network.addRule(DatagramRule.drop(datagram -> true));
    }

    /** The peer's host vanishes, then the client speaks, or not. */
    private static void dies(String happened, boolean speaks, boolean keepAlive) {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(10)))) {
            pair.listen();
            Recorder recorder = new Recorder();
            Bootstrap client = pair.client(recorder).option(ChannelOption.SO_KEEPALIVE, keepAlive);
            SocketChannel channel = pair.connect(client);
            pair.simulation.advance(SimPair.ms(100));
            long last = pair.network.nowNanos();
            vanishes(pair);
            if (speaks) {
                channel.writeAndFlush(Unpooled.copyInt(42));
            }
            pair.simulation.expect("the end", () -> !channel.isOpen(), SimPair.seconds(DAY_SECONDS));
            assertThat(recorder.failures()).hasSize(1);
            Throwable failure = recorder.failures().get(0);
            DyingTable.exactly(
                    happened,
                    failure.getClass().getSimpleName() + ": " + failure.getMessage(),
                    (pair.network.nowNanos() - last) / NANOS_PER_SECOND);
        }
    }

    @Test
    void textThatIsNotAcknowledged() {
        dies("peer's host vanished, client sends, defaults", true, false);
    }

    @Test
    void keepAlive() {
        dies("peer's host vanished, client waits with `SO_KEEPALIVE`, defaults", false, true);
    }

    @Test
    void withoutKeepAliveNobodyNotices() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel channel = pair.connect(new Recorder());
            vanishes(pair);
            pair.simulation.advance(SimPair.seconds(DAY_SECONDS));
            assertThat(channel.isActive()).isTrue();
        }
    }

    @Test
    void connect() {
        try (SimPair pair = new SimPair()) {
            vanishes(pair);
            long began = pair.network.nowNanos();
            ChannelFuture connecting = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("the end", connecting::isDone, SimPair.seconds(DAY_SECONDS));
            Throwable failure = connecting.cause();
            // Netty's annotation is a class of its own, without a name for people.
            Class<?> type = failure.getClass().getSimpleName().startsWith("Annotated")
                    ? failure.getClass().getSuperclass()
                    : failure.getClass();
            DyingTable.exactly(
                    "connect, host vanished, defaults",
                    type.getSimpleName() + ": " + failure.getMessage(),
                    (pair.network.nowNanos() - began) / NANOS_PER_SECOND);
        }
    }
}
