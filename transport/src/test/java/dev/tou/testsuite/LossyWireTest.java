// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.tou.segment.ControlBits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The wire does what it is called for. */
class LossyWireTest {

    private static final int DATAGRAMS = 100_000;
    private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 7);
    private static final int WIRES = 2000;

    private static EmbeddedChannel wire(long seed) {
        EmbeddedChannel wire = new EmbeddedChannel(new LossyWire(new SplittableRandom(seed)));
        wire.freezeTime();
        return wire;
    }

    private static void send(EmbeddedChannel wire, int number) {
        wire.writeInbound(
                new DatagramPacket(wire.alloc().directBuffer(Integer.BYTES).writeInt(number), PEER, PEER));
    }

    private static List<Integer> arrived(EmbeddedChannel wire) {
        List<Integer> numbers = new ArrayList<>();
        for (DatagramPacket datagram = wire.readInbound(); datagram != null; datagram = wire.readInbound()) {
            numbers.add(datagram.content().readInt());
            datagram.release();
        }
        return numbers;
    }

    private static void passes(EmbeddedChannel wire, long millis) {
        wire.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        wire.runScheduledPendingTasks();
    }

    @Test
    void onePerCentOfEach() {
        EmbeddedChannel wire = wire(1);
        for (int number = 0; number < DATAGRAMS; number++) {
            send(wire, number);
        }
        passes(wire, 5);
        int[] times = new int[DATAGRAMS];
        int late = 0;
        int newest = -1;
        for (int number : arrived(wire)) {
            late += number < newest && times[number] == 0 ? 1 : 0;
            assertThat(newest - number).as("overtakers").isLessThan(10);
            newest = Math.max(newest, number);
            times[number]++;
        }
        int lost = 0;
        int twice = 0;
        for (int count : times) {
            lost += count == 0 ? 1 : 0;
            twice += count == 2 ? 1 : 0;
        }
        assertThat(lost).isBetween(DATAGRAMS / 125, DATAGRAMS / 83);
        assertThat(twice).isBetween(DATAGRAMS / 125, DATAGRAMS / 83);
        assertThat(late).isBetween(DATAGRAMS / 125, DATAGRAMS / 83);
        assertThat(wire.finish()).isFalse();
    }

    /** Nobody would send it again. */
    @Test
    void aResetIsNeverLost() {
        for (int seed = 0; seed < WIRES; seed++) {
            EmbeddedChannel wire = wire(seed);
            ByteBuf reset = wire.alloc().directBuffer().writeZero(20).setByte(13, ControlBits.RST);
            wire.writeInbound(new DatagramPacket(reset, PEER, PEER));
            passes(wire, 5);
            assertThat(arrived(wire)).isNotEmpty();
            wire.finish();
        }
    }

    /** What arrives at once, what comes within 5 ms although nothing follows, and what never comes. */
    @Test
    void nothingIsHeldForLong() {
        int atOnce = 0;
        int held = 0;
        for (int seed = 0; seed < WIRES; seed++) {
            EmbeddedChannel wire = wire(seed);
            send(wire, seed);
            if (!arrived(wire).isEmpty()) {
                atOnce++;
            } else {
                passes(wire, 4);
                assertThat(arrived(wire)).isEmpty();
                passes(wire, 1);
                held += arrived(wire).size();
            }
            wire.finish();
        }
        assertThat(held).isBetween(WIRES / 200, WIRES / 50);
        assertThat(WIRES - atOnce - held).isBetween(WIRES / 200, WIRES / 50);
    }

    @Test
    void whatIsNoDatagramPasses() {
        EmbeddedChannel wire = wire(1);
        for (int i = 0; i < 1000; i++) {
            wire.writeInbound(Unpooled.EMPTY_BUFFER);
            Object passed = wire.readInbound();
            assertThat(passed).isSameAs(Unpooled.EMPTY_BUFFER);
        }
        wire.finish();
    }

    @Test
    void whatIsHeldEndsWithTheChannel() {
        for (int seed = 0; seed < WIRES; seed++) {
            EmbeddedChannel wire = wire(seed);
            send(wire, seed);
            arrived(wire);
            wire.finish();
        }
    }
}
