// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.simulation.Datagram;
import dev.tou.simulation.Fate;
import dev.tou.simulation.LinkProfile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that computes for 6 ms in each of its callbacks, so that every burst is longer than what one calls a stall. That
 * is how long an answer takes here, and no reason to know nothing of the path.
 */
class BusyLoopTest extends ScenarioTest {

    private static final Duration WORK = Duration.ofMillis(6);
    private static final Duration WAY = Duration.ofMillis(5);
    private static final int BYTES = 500;

    /** Asks so many questions, and works on what comes of the answers before it asks the next. */
    private static final class Worker extends ChannelInboundHandlerAdapter {

        private final Scenario scenario;
        private final int questions;
        private int rest;

        Worker(Scenario scenario, int questions) {
            this.scenario = scenario;
            this.questions = questions;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            for (int i = 0; i < questions; i++) {
                ctx.executor().schedule(() -> asks(ctx), 2 * i, TimeUnit.MILLISECONDS);
            }
        }

        private static void asks(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]), ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf answer = (ByteBuf) msg;
            rest += answer.readableBytes();
            answer.release();
            scenario.busyClient(WORK);
            for (; rest >= BYTES && ctx.channel().isActive(); rest -= BYTES) {
                asks(ctx);
            }
        }
    }

    private static void close(Scenario scenario) {
        scenario.clientChannel().close();
        scenario.settle();
        scenario.close();
    }

    // RFC 6298: the estimate follows the path, and the timeout does not stay where it was.
    @Test
    void theRoundTripIsKnown() {
        Scenario scenario = scenario(1).path(LinkProfile.IDEAL.delay(WAY));
        scenario.open(new Worker(scenario, 100), new Exchanges.Echo());
        scenario.advance(Duration.ofSeconds(2));
        scenario.pathAt(Duration.ofSeconds(2), path -> path.delay(Duration.ofMillis(60)));
        scenario.advance(Duration.ofSeconds(10));
        assertThat(scenario.clientInfo().rtt() / 1e6).isBetween(120.0, 140.0);
        assertThat(scenario.clientInfo().rto() / 1e6).isLessThan(600);
        close(scenario);
    }

    // RFC 7323: a retransmission is told from the original by its timestamp, so it has that of its own time, which what
    // leaves after it does not undercut (PAWS).
    @Test
    void timestampsAreThoseOfTheTimeAtWhichSegmentsLeave() {
        Scenario scenario = scenario(1).path(LinkProfile.IDEAL.delay(WAY).loss(0.05));
        List<long[]> stamps = new ArrayList<>();
        scenario.network().onDatagram((now, datagram, fate) -> {
            if (fate == Fate.SENT
                    && datagram.source().getAddress().getHostAddress().equals("10.0.0.1")) {
                long stamp = timestamp(datagram);
                if (stamp >= 0) {
                    stamps.add(new long[] {now / 1_000_000, stamp, datagram.length()});
                }
            }
        });
        scenario.open(new Worker(scenario, 8), new Exchanges.Echo());
        scenario.advance(Duration.ofSeconds(5));
        assertThat(scenario.clientInfo().retrans()).isPositive();
        long offset = stamps.get(0)[1] - stamps.get(0)[0];
        long last = 0;
        for (long[] stamp : stamps) {
            assertThat(stamp[1]).as("after %d", last).isGreaterThanOrEqualTo(last);
            last = stamp[1];
            if (stamp[2] >= BYTES) {
                assertThat(stamp[1] - stamp[0] - offset)
                        .as("age in ms at %d ms", stamp[0])
                        .isBetween(-2L, 2L);
            }
        }
        close(scenario);
    }

    private static long timestamp(Datagram datagram) {
        int headerBytes = (datagram.unsignedByte(12) >>> 4) * 4;
        for (int at = 20; at < headerBytes; ) {
            int kind = datagram.unsignedByte(at);
            if (kind == 8) {
                long value = 0;
                for (int i = 2; i < 6; i++) {
                    value = value << 8 | datagram.unsignedByte(at + i);
                }
                return value;
            }
            if (kind == 0) {
                break;
            }
            at += kind == 1 ? 1 : datagram.unsignedByte(at + 1);
        }
        return -1;
    }
}
