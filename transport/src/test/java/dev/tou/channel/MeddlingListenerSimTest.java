// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.BiConsumer;

import dev.tou.telemetry.TransportListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A listener is called while the engine is in the middle of something, most often of a segment that is half made. What it does
 * to channels must not be seen by others: it is tried at each of the first events.
 */
class MeddlingListenerSimTest {

    private static final int BYTES = 40_000;
    private static final int EVENTS = 60;

    /** What the listener of {@code mine} does once, inside of an event. */
    private enum Meddling {
        WRITES_TO_ITS_OWN((mine, other) -> mine.writeAndFlush(bytes(mine, 1))),
        WRITES_TO_THE_OTHER((mine, other) -> other.writeAndFlush(bytes(other, 1))),
        RESETS_ITS_OWN((mine, other) -> mine.close()),
        FINISHES_ITS_OWN((mine, other) -> mine.shutdownOutput()),
        CHANGES_OPTIONS((mine, other) -> mine.config().setReceiveBufferSize(50_000)),
        RESETS_ITS_OWN_AND_WRITES((mine, other) -> {
            mine.close();
            other.writeAndFlush(bytes(other, 1));
        });

        private final BiConsumer<SocketChannel, SocketChannel> act;

        Meddling(BiConsumer<SocketChannel, SocketChannel> act) {
            this.act = act;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOtherConnectionNoticesNothing(Meddling meddling) {
        int acted = 0;
        for (int event = 1; event <= EVENTS; event++) {
            acted += meddles(meddling, event) ? 1 : 0;
        }
        assertThat(acted).as("events in which it could act").isGreaterThan(EVENTS / 2);
    }

    private boolean meddles(Meddling meddling, int when) {
        try (SimPair pair = new SimPair()) {
            Script script = new Script(meddling, when);
            pair.listen();
            Recorder other = new Recorder();
            script.other = pair.connect(other);
            script.mine = pair.connect(pair.client(new Recorder())
                    .option(ChannelOption.SO_LINGER, 0)
                    .option(TouChannelOption.TRANSPORT_LISTENER, connection -> script.listener()));
            pair.accepted.forEach(child -> child.on("read", channel -> {}));
            script.other.writeAndFlush(bytes(script.other, BYTES));
            script.mine.writeAndFlush(bytes(script.mine, BYTES));
            script.other.writeAndFlush(bytes(script.other, BYTES));
            pair.simulation.advance(seconds(2));
            String what = meddling + " at event " + when;
            Recorder child = pair.accepted.get(0);
            byte[] expected = new byte[2 * BYTES + child.receivedBytes() % 2];
            Arrays.fill(expected, (byte) 'x');
            assertThat(child.received()).as(what).isEqualTo(expected);
            assertThat(((TouSocketChannel) script.other).tcpInfo().retrans())
                    .as(what)
                    .isZero();
            assertThat(other.failures()).as(what).isEmpty();
            script.expectMine(what, pair.accepted.get(1));
            script.mine.close();
            script.other.close();
            pair.expectNothingLeft();
            return script.done;
        }
    }

    private static ByteBuf bytes(SocketChannel of, int count) {
        ByteBuf buffer = of.alloc().buffer(count);
        for (int i = 0; i < count; i++) {
            buffer.writeByte('x');
        }
        return buffer;
    }

    /** Counts events, and acts in one. */
    private static final class Script {

        private final Meddling meddling;
        private int left;
        private boolean done;
        private SocketChannel mine;
        private SocketChannel other;

        Script(Meddling meddling, int when) {
            this.meddling = meddling;
            left = when;
        }

        TransportListener listener() {
            return (TransportListener) Proxy.newProxyInstance(
                    TransportListener.class.getClassLoader(),
                    new Class<?>[] {TransportListener.class},
                    (proxy, method, arguments) -> {
                        if (mine != null && --left == 0) {
                            done = true;
                            meddling.act.accept(mine, other);
                        }
                        return null;
                    });
        }

        void expectMine(String what, Recorder child) {
            switch (meddling) {
                case RESETS_ITS_OWN, RESETS_ITS_OWN_AND_WRITES -> {
                    if (done) {
                        assertThat(mine.isOpen()).as(what).isFalse();
                        assertThat(child.failures()).as(what).hasSize(1);
                    }
                }
                default -> {
                    assertThat(((TouSocketChannel) mine).tcpInfo().retrans())
                            .as(what)
                            .isZero();
                    assertThat(child.receivedBytes()).as(what).isBetween(BYTES, BYTES + 1);
                }
            }
        }
    }
}
