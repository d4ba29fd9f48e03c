// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReceiveFlowTest {

    private static final int START = ReceiveAutotuning.INITIAL_BYTES;
    private static final long MS = 1_000_000;

    private final ReceiveSequenceSpace rcv = new ReceiveSequenceSpace();
    private final AdvertisedWindow window = new AdvertisedWindow(0);
    private boolean memoryIsShort;
    private long now = MS;
    private final ReceiveFlow flow = new ReceiveFlow(
            rcv,
            new ReceiveBuffer(new RingPool()),
            new ReassemblyQueue(ReassemblyQueue.DEFAULT_MAX_RUNS, 0),
            window,
            new ReceiveAutotuning(ReceiveAutotuning.DEFAULT_MAX_BYTES, ReceiveAutotuning.DEFAULT_MAX_BYTES),
            () -> memoryIsShort);

    private void begin(int segmentBytes) {
        rcv.synchronize(100);
        window.scale(7);
        flow.begin(10 * MS, true, segmentBytes, now);
    }

    private void arriveAndAreRead(int segments, int bytes) {
        for (int i = 0; i < segments; i++) {
            now += MS;
            rcv.advertise(rcv.nxt() + bytes);
            flow.onArrival(bytes, bytes);
            rcv.advance(bytes);
            flow.onText(now);
            flow.applicationRead(now);
        }
    }

    private void arriveInSegments(int segments, int bytes) {
        for (int i = 0; i < segments; i++) {
            flow.onArrival(bytes, bytes);
        }
    }

    @Test
    void aLargerSegmentIsBelievedAtOnce() {
        begin(1160);
        assertThat(flow.peerSegmentBytes()).isEqualTo(1160);
        arriveInSegments(1, 8900);
        assertThat(flow.peerSegmentBytes()).isEqualTo(8900);
    }

    /** The path carries less than it did: a sender of bulk shows its new size in 16 segments' worth of text. */
    @Test
    void aPeerThatFallsBackIsNoticed() {
        begin(1160);
        arriveInSegments(10, 8900);
        arriveInSegments(120, 1160);
        assertThat(flow.peerSegmentBytes()).isEqualTo(8900);
        arriveInSegments(3, 1160);
        assertThat(flow.peerSegmentBytes()).isEqualTo(1160);
    }

    /** Small messages between full segments prove nothing, and alone they do not make the window creep. */
    @Test
    void smallMessagesAreNoSegmentSize() {
        begin(1160);
        for (int i = 0; i < 1000; i++) {
            arriveInSegments(100, 100);
            arriveInSegments(1, 1160);
            assertThat(flow.peerSegmentBytes()).isEqualTo(1160);
        }
        arriveInSegments(1000, 10);
        assertThat(flow.peerSegmentBytes()).isEqualTo(1160);
        arriveInSegments(10_000, 10);
        assertThat(flow.peerSegmentBytes()).isEqualTo(536);
    }

    @Test
    void nothingGrowsWhileMemoryIsShort() {
        begin(1160);
        memoryIsShort = true;
        arriveAndAreRead(200, 100_000);
        assertThat(window.capacityBytes()).isEqualTo(START);
        memoryIsShort = false;
        arriveAndAreRead(200, 100_000);
        assertThat(window.capacityBytes()).isGreaterThan(10 * START);
    }

    /** What has grown before is held back by the next segment, as far as it was not promised, and comes back. */
    @Test
    void whatHasGrownIsHeldBackWhileMemoryIsShort() {
        begin(1160);
        arriveAndAreRead(200, 100_000);
        int grown = window.capacityBytes();
        assertThat(grown).isGreaterThan(10 * START);
        int edge = rcv.edge();
        memoryIsShort = true;
        arriveInSegments(1, 1160);
        assertThat(window.capacityBytes()).isEqualTo(START);
        assertThat(rcv.edge()).isEqualTo(edge);
        memoryIsShort = false;
        arriveInSegments(1, 1160);
        assertThat(window.capacityBytes()).isEqualTo(grown);
    }

    @Test
    void whatTheApplicationChoseStays() {
        begin(1160);
        flow.fix(1 << 20);
        memoryIsShort = true;
        arriveAndAreRead(10, 100_000);
        assertThat(window.capacityBytes()).isEqualTo(1 << 20);
    }
}
