// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AdvertisedWindowTest {

    private static final int MSS = 1000;
    private static final int NXT = -3000;

    private final ReceiveSequenceSpace rcv = new ReceiveSequenceSpace();

    private AdvertisedWindow window(int capacity, int promised) {
        rcv.synchronize(NXT - 1);
        rcv.advertise(NXT + promised);
        return new AdvertisedWindow(capacity);
    }

    /** The smallest shift whose field can express the buffer (RFC 7323 section 2.3: at most 14). */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "65535, 0",
        "65536, 1",
        "131071, 1",
        "131072, 2",
        "1048575, 4",
        "1048576, 5",
        "1073725440, 14",
        "2147483647, 14"
    })
    void scaleIsTheSmallestThatExpressesTheBuffer(int bytes, int scale) {
        assertThat(AdvertisedWindow.scaleFor(bytes)).isEqualTo(scale);
    }

    /**
     * RFC 9293 section 3.8.6.2.2: the edge stays until RCV.BUFF - RCV.USER - RCV.WND >= min(Fr * RCV.BUFF, Eff.snd.MSS).
     */
    @ParameterizedTest(name = "capacity {0}, promised {1}, unread {2}: {3}")
    @CsvSource({
        // a segment is worth it, a byte less is not
        "10000,    0,  9000, 1000",
        "10000,    0,  9001,    0",
        "10000, 5000,  4001, 5000",
        "10000, 5000,  4000, 6000",
        "10000, 9500,     0, 9500",
        "10000,    0,     0, 10000",
        // half of a small buffer is
        " 1000,    0,   500,  500",
        " 1000,    0,   501,    0",
        // more unread than fits, after the buffer was made smaller
        "10000,    0, 20000,    0",
        "10000, 3000, 20000, 3000",
    })
    void rfc9293Section3_8_6_2_2(int capacity, int promised, int unread, int window) {
        AdvertisedWindow advertised = window(capacity, promised);
        rcv.advertise(advertised.edge(rcv, unread, MSS));
        assertThat(rcv.wnd()).isEqualTo(window);
        assertThat(advertised.field(rcv)).isEqualTo(window);
    }

    @Test
    void whatTheFieldCannotExpressIsNotPromised() {
        AdvertisedWindow unscaled = window(1 << 20, 0);
        rcv.advertise(unscaled.edge(rcv, 0, MSS));
        assertThat(rcv.wnd()).isEqualTo(65_535);
        AdvertisedWindow scaled = window(100_003, 0);
        scaled.scale(7);
        assertThat(scaled.scale()).isEqualTo(7);
        rcv.advertise(scaled.edge(rcv, 0, MSS));
        assertThat(rcv.wnd()).isEqualTo(100_003 / 128 * 128);
        assertThat(scaled.field(rcv)).isEqualTo(100_003 / 128);
    }

    /**
     * Random arrivals of segments that are worth their while, and reads: the edge that the peer computes never goes back, it is
     * the one that we keep to, and no more is promised than there is room for and a sixteenth (RFC 7323 section 2.4).
     */
    @Test
    void theRightEdgeNeverGoesBack() {
        long base = Long.getLong("tou.seed", new Random().nextLong());
        for (int round = 0; round < 200; round++) {
            Random random = new Random(base + round);
            int capacity = 1000 + random.nextInt(1 << 1 + random.nextInt(24));
            AdvertisedWindow advertised = window(capacity, 0);
            advertised.scale(AdvertisedWindow.scaleFor(capacity));
            // A peer with such a segment size makes the edge creep by most.
            int worst = Math.max(MSS, 32 << advertised.scale()) - 1;
            int unread = 0;
            int accepted = rcv.edge();
            int seen = rcv.edge();
            for (int step = 0; step < 500; step++) {
                int arrived = Math.min(rcv.wnd(), worst);
                rcv.advance(arrived);
                unread += arrived;
                unread -= random.nextInt(3) == 0 ? random.nextInt(unread + 1) : 0;
                rcv.advertise(advertised.edge(rcv, unread, worst));
                rcv.advertise(advertised.roundedEdge(rcv, unread));
                int promised = rcv.nxt() + (advertised.field(rcv) << advertised.scale());
                assertThat(rcv.edge() - accepted)
                        .as("-Dtou.seed=%s", base + round)
                        .isNotNegative();
                assertThat(promised).as("what is promised is accepted").isEqualTo(rcv.edge());
                assertThat(promised - seen).as("-Dtou.seed=%s", base + round).isNotNegative();
                assertThat(rcv.wnd() + unread).isLessThanOrEqualTo(capacity + capacity / 16);
                accepted = rcv.edge();
                seen = promised;
            }
        }
    }

    /** A peer that sends single bytes, whom nobody reads, could push the edge for ever: it ends, and goes back by a step at most. */
    @Test
    void singleBytesDoNotPushTheEdgeForEver() {
        int capacity = 1 << 20;
        AdvertisedWindow advertised = window(capacity, 0);
        advertised.scale(7);
        int unread = 0;
        int seen = rcv.edge();
        while (rcv.wnd() > 0 || unread == 0) {
            rcv.advertise(advertised.edge(rcv, unread, MSS));
            rcv.advertise(advertised.roundedEdge(rcv, unread));
            int promised = rcv.nxt() + (advertised.field(rcv) << 7);
            assertThat(promised - seen).isGreaterThan(-128);
            seen = promised;
            rcv.advance(Math.min(1, rcv.wnd()));
            unread++;
            assertThat(unread).isLessThanOrEqualTo(capacity + capacity / 16);
        }
    }

    /** An update of its own is worth it for two segments, for half of all, or for a peer that was stopped. */
    @ParameterizedTest(name = "capacity {0}, promised {1}, unread {2}: {3}")
    @CsvSource({
        "10000,    0, 10000, false",
        "10000,    0,  9001, false",
        "10000,    0,  9000, true", // the peer is stopped, and a segment fits
        "10000,  999,  8001, true", // it cannot send a full segment
        "10000, 5000,  4000, false", // it can, so two more are not enough of ten
        "10000, 5000,  2501, false",
        "10000, 5000,  2500, true", // a quarter
        "10000, 5000,     0, true",
        " 5000, 3000,     1, false",
        " 5000, 3000,     0, true", // two segments
        " 1000,    0,   501, false",
        " 1000,    0,   500, true", // half of all
        "10000, 9500,     0, false",
    })
    void deservesAnUpdate(int capacity, int promised, int unread, boolean deserves) {
        assertThat(window(capacity, promised).deservesUpdate(rcv, unread, MSS)).isEqualTo(deserves);
    }

    /** A buffer that has grown beyond what the field can say: its parts are no measure. */
    @Test
    void withoutScalingTheFieldIsTheMeasure() {
        AdvertisedWindow advertised = window(6 << 20, 0x7FFF);
        assertThat(advertised.deservesUpdate(rcv, 0, MSS)).isTrue();
        advertised.scale(7);
        assertThat(advertised.deservesUpdate(rcv, (6 << 20) - 0xFFFF, MSS)).isFalse();
    }

    @Test
    void aSmallerCapacityTakesEffectAsTheApplicationReads() {
        AdvertisedWindow advertised = window(10_000, 8000);
        advertised.capacityBytes(4000);
        assertThat(advertised.capacityBytes()).isEqualTo(4000);
        assertThat(advertised.edge(rcv, 0, MSS)).isEqualTo(NXT + 8000);
        rcv.advance(7000);
        assertThat(advertised.edge(rcv, 7000, MSS)).isEqualTo(NXT + 8000);
        assertThat(advertised.edge(rcv, 0, MSS)).isEqualTo(NXT + 11_000);
    }
}
