// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TcpTimer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A handler on the pipeline of the UDP channel, at each of the places where segments pass it on their way out, does something to
 * channels in the middle of one of the first: the engine must not find itself sending for a connection that it has just closed.
 */
class MeddlingHandlerSimTest {

    private static final int BYTES = 40_000;
    private static final int WRITES = 40;

    private enum Meddling {
        RESETS_ITS_OWN((mine, other) -> mine.close()),
        FINISHES_ITS_OWN((mine, other) -> mine.shutdownOutput()),
        WRITES_TO_BOTH((mine, other) -> {
            other.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            mine.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
        });

        private final BiConsumer<SocketChannel, SocketChannel> act;

        Meddling(BiConsumer<SocketChannel, SocketChannel> act) {
            this.act = act;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RESETS_ITS_OWN, head",
        "RESETS_ITS_OWN, codec",
        "RESETS_ITS_OWN, demux",
        "RESETS_ITS_OWN, state-machine",
        "RESETS_ITS_OWN, retransmission",
        "FINISHES_ITS_OWN, head",
        "FINISHES_ITS_OWN, retransmission",
        "WRITES_TO_BOTH, head",
        "WRITES_TO_BOTH, retransmission"
    })
    void nothingIsSentForAConnectionThatIsClosed(Meddling meddling, String behind) {
        int acted = 0;
        for (int write = 1; write <= WRITES; write++) {
            acted += new Script(meddling, behind, write).play() ? 1 : 0;
        }
        assertThat(acted).as("writes in which it could act").isGreaterThan(WRITES / 2);
    }

    /** Counts what passes, and acts in the middle of one. */
    private static final class Script extends ChannelOutboundHandlerAdapter {

        private final Meddling meddling;
        private final String behind;
        private final String what;
        private final List<Throwable> failures = new ArrayList<>();
        private int left;
        private boolean done;
        private SocketChannel mine;
        private SocketChannel other;

        Script(Meddling meddling, String behind, int when) {
            this.meddling = meddling;
            this.behind = behind;
            what = meddling + " behind " + behind + " at write " + when;
            left = when;
        }

        private void install(ChannelPipeline udp) {
            if (behind.equals("head")) {
                udp.addFirst(this);
            } else {
                udp.addAfter(behind, "meddling", this);
            }
            udp.addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    failures.add(cause);
                }
            });
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            if (mine != null && --left == 0) {
                done = true;
                meddling.act.accept(mine, other);
            }
            ctx.write(msg, promise);
        }

        boolean play() {
            try (SimPair pair = new SimPair()) {
                UdpPipelineInitializer installer = this::install;
                pair.listen();
                other = pair.connect(pair.client(new Recorder()).option(TouChannelOption.UDP_PIPELINE, installer));
                mine = pair.connect(pair.client(new Recorder())
                        .option(TouChannelOption.UDP_PIPELINE, installer)
                        .option(ChannelOption.SO_LINGER, 0));
                mine.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
                other.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
                mine.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
                pair.simulation.advance(seconds(2));
                TransmissionControlBlock tcb = ((TouSocketChannel) mine).tcb();
                assertThat(failures).as(what).isEmpty();
                assertThat(tcb.failure()).as(what).isNull();
                assertThat(tcb.retransmissionQueue.isEmpty()).as(what).isTrue();
                assertThat(tcb.isArmed(TcpTimer.RETRANSMISSION)).as(what).isFalse();
                assertThat(List.of(mine, other))
                        .allSatisfy(channel -> assertThat(
                                        ((TouSocketChannel) channel).tcpInfo().retrans())
                                .as(what)
                                .isZero());
                assertThat(pair.accepted.get(0).receivedBytes()).as(what).isBetween(BYTES, BYTES + 1);
                if (done && meddling == Meddling.RESETS_ITS_OWN) {
                    assertThat(pair.accepted.get(1).failures()).as(what).hasSize(1);
                } else {
                    // What is written after the end of output is refused.
                    int least = meddling == Meddling.FINISHES_ITS_OWN ? BYTES : 2 * BYTES;
                    assertThat(pair.accepted.get(1).receivedBytes()).as(what).isBetween(least, 2 * BYTES + 1);
                }
                mine.close();
                other.close();
                pair.expectNothingLeft();
                return done;
            }
        }
    }
}
