// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import dev.tou.congestion.AckSample;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Rates computed by hand. A path of 10 ms and a segment of 1000 bytes each millisecond, 1 MB/s, where nothing else is said. */
class DeliveryRateTest {

    private static final int SIZE = 1000;
    private static final long MILLI = 1_000_000;

    private final DeliveryRate rate = new DeliveryRate();
    private final Acknowledged acknowledged = new Acknowledged();
    private final AckSample sample = new AckSample();
    private final long[] sentAt = new long[1000];
    private int first;
    private int end;

    private void send(long atMillis) {
        sentAt[end] = atMillis * MILLI;
        rate.sent(end, first, first == end, sentAt[end]);
        end++;
    }

    /** Everything up to a segment is acknowledged. */
    private void ack(int entry, long atMillis) {
        long now = atMillis * MILLI;
        acknowledged.begin(now, 10 * MILLI);
        int from = first;
        while (first <= entry) {
            acknowledged.delivered(first, (first + 1) * SIZE, sentAt[first], false, false, false);
            first++;
        }
        rate.delivered(acknowledged, (long) (first - from) * SIZE, 10 * MILLI, now, sample.reset(now));
    }

    @Test
    void aSteadyFlowIsMeasured() {
        for (int i = 0; i < 10; i++) {
            send(i);
        }
        for (int i = 0; i < 200; i++) {
            ack(i, 10 + i);
            send(10 + i);
        }
        assertThat(sample.deliveryRateBytesPerSecond()).isCloseTo(1_000_000, within(1L));
        assertThat(sample.deliveryIntervalNanos()).isEqualTo(10 * MILLI);
        assertThat(sample.isAppLimited()).isFalse();
        assertThat(rate.bytesPerSecond()).isCloseTo(1_000_000, within(1L));
        assertThat(rate.deliveredBytes()).isEqualTo(200 * SIZE);
    }

    /** Sent at once, delivered by a bottleneck at 1 MB/s: the acknowledgments tell. */
    @Test
    void aBurstDoesNotLookFast() {
        for (int i = 0; i < 20; i++) {
            send(0);
        }
        for (int i = 0; i < 20; i++) {
            ack(i, 10 + i);
        }
        assertThat(rate.bytesPerSecond()).isBetween(600_000L, 1_000_000L);
    }

    /** Sent evenly, acknowledged all at once: the sending tells. */
    @Test
    void heldUpAcknowledgmentsDoNotLookFast() {
        for (int i = 0; i < 10; i++) {
            send(i);
        }
        ack(0, 10);
        for (int i = 10; i < 60; i++) {
            send(i);
        }
        ack(59, 70);
        assertThat(rate.bytesPerSecond()).isLessThanOrEqualTo(1_020_000);
    }

    @Test
    void lessThanARoundTripIsNoSample() {
        send(0);
        ack(0, 9);
        assertThat(sample.deliveryRateBytesPerSecond()).isZero();
        assertThat(rate.bytesPerSecond()).isZero();
    }

    @Test
    void whatTheApplicationOfferedIsMarked() {
        send(0);
        rate.applicationLimited(SIZE);
        send(1);
        ack(0, 10);
        assertThat(sample.isAppLimited()).as("sent before").isFalse();
        ack(1, 11);
        assertThat(sample.isAppLimited()).isTrue();
        send(20);
        send(20);
        ack(2, 30);
        send(31);
        ack(4, 41);
        assertThat(sample.isAppLimited()).as("the bubble has passed").isFalse();
        assertThat(rate.isApplicationLimited()).isFalse();
    }

    /** The ring holds 16. One of them leaves again, which makes it no newer than those behind it. */
    @Test
    void whatLeavesAgainDoesNotHideWhatIsNewerWhenTheRingGrows() {
        for (int i = 0; i < 16; i++) {
            send(100 + i);
        }
        rate.sent(3, first, false, 116 * MILLI);
        send(117);
        acknowledged.begin(127 * MILLI, 10 * MILLI);
        acknowledged.delivered(15, 16 * SIZE, sentAt[15], false, false, true);
        rate.delivered(acknowledged, SIZE, 10 * MILLI, 127 * MILLI, sample.reset(127 * MILLI));
        assertThat(rate.bytesPerSecond()).as("1000 bytes in 27 ms").isEqualTo(37_037);
    }

    @Test
    void growsAndIsGivenBack() {
        for (int round = 0; round < 3; round++) {
            int from = end;
            for (int i = 0; i < 100; i++) {
                send(200L * round + i);
            }
            for (int i = from; i < from + 100; i++) {
                ack(i, sentAt[i] / MILLI + 10);
            }
            assertThat(rate.bytesPerSecond()).as("100 segments within 109 ms").isCloseTo(917_431, within(1L));
        }
    }
}
