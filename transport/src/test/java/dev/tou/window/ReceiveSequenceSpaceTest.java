// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReceiveSequenceSpaceTest {

    private static final int[] ORIGINS = {0, -1, -6, -12, Integer.MAX_VALUE - 3, Integer.MIN_VALUE + 5, 12345};

    private static ReceiveSequenceSpace space(int nxt, int window) {
        ReceiveSequenceSpace rcv = new ReceiveSequenceSpace();
        rcv.synchronize(nxt - 1);
        rcv.advertise(nxt + window);
        return rcv;
    }

    /**
     * The table of RFC 9293 section 3.10.7.4, with one widening: a segment that covers the whole window and more on both sides
     * is neither "beginning" nor "ending" in it, yet all of the window is in it, and it is trimmed like any other.
     */
    @Test
    void rfc9293Section3_10_7_4TheFourCases() {
        for (int nxt : ORIGINS) {
            for (int window = 0; window <= 6; window++) {
                ReceiveSequenceSpace rcv = space(nxt, window);
                for (int from = -9; from <= 9; from++) {
                    for (int length = 0; length <= 18; length++) {
                        assertThat(rcv.isAcceptable(nxt + from, length))
                                .as("RCV.NXT %s, RCV.WND %s, SEG.SEQ +%s, SEG.LEN %s", nxt, window, from, length)
                                .isEqualTo(acceptable(from, length, window));
                    }
                }
            }
        }
    }

    /** With RCV.NXT = 0 and numbers that do not wrap. */
    private static boolean acceptable(int seq, int length, int window) {
        if (length == 0) {
            return window == 0 ? seq == 0 : 0 <= seq && seq < window;
        }
        if (window == 0) {
            return false;
        }
        int last = seq + length - 1;
        return 0 <= seq && seq < window || 0 <= last && last < window || seq < 0 && last >= window;
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, Integer.MIN_VALUE + 1, 1 << 30, -(1 << 30), Integer.MAX_VALUE})
    void whatIsFarAwayIsNotAcceptable(int distance) {
        ReceiveSequenceSpace rcv = space(7, 1 << 20);
        assertThat(rcv.isAcceptable(7 + distance, 0)).isFalse();
        assertThat(rcv.isAcceptable(7 + distance, 1460)).isFalse();
    }

    @Test
    void theRightEdgeNeverGoesBack() {
        ReceiveSequenceSpace rcv = space(-10, 100);
        rcv.advertise(80);
        assertThat(rcv.edge()).isEqualTo(90);
        rcv.advance(30);
        assertThat(rcv.edge()).isEqualTo(90);
        assertThat(rcv.wnd()).isEqualTo(70);
        rcv.advertise(rcv.nxt());
        assertThat(rcv.wnd()).isEqualTo(70);
        rcv.advertise(91);
        assertThat(rcv.wnd()).isEqualTo(71);
        rcv.advance(71);
        assertThat(rcv.wnd()).isZero();
    }

    @Test
    void theFinWaitsForTheGapBeforeItAndComesOnce() {
        ReceiveSequenceSpace rcv = space(-5, 100);
        assertThat(rcv.reachFin()).isFalse();
        rcv.finAt(5);
        rcv.finAt(50); // the first word counts
        assertThat(rcv.reachFin()).isFalse();
        assertThat(rcv.isBehindFin(5)).isFalse();
        assertThat(rcv.isBehindFin(6)).isTrue();
        rcv.advance(10);
        assertThat(rcv.finReached()).isFalse();
        assertThat(rcv.reachFin()).isTrue();
        assertThat(rcv.nxt()).isEqualTo(6);
        assertThat(rcv.finReached()).isTrue();
        assertThat(rcv.reachFin()).isFalse();
        assertThat(rcv.nxt()).isEqualTo(6);
    }

    @Test
    void startsBehindTheSynWithAClosedWindow() {
        ReceiveSequenceSpace rcv = new ReceiveSequenceSpace();
        rcv.synchronize(-1);
        assertThat(rcv.irs()).isEqualTo(-1);
        assertThat(rcv.nxt()).isZero();
        assertThat(rcv.wnd()).isZero();
        assertThat(rcv).hasToString("RCV[nxt=0 wnd=0]");
    }
}
