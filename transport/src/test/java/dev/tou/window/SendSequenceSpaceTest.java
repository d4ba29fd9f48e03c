// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SendSequenceSpaceTest {

    /** Initial sequence numbers around both wraps: of the unsigned and of the signed number. */
    private static SendSequenceSpace established(int iss, int window) {
        SendSequenceSpace snd = new SendSequenceSpace(iss);
        snd.sent(1);
        snd.acknowledged(iss + 1);
        snd.initialWindow(window, 100, iss + 1);
        return snd;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, -2, -500, Integer.MAX_VALUE, Integer.MAX_VALUE - 400, Integer.MIN_VALUE})
    void countsAcrossTheWrap(int iss) {
        SendSequenceSpace snd = established(iss, 1000);
        assertThat(snd.iss()).isEqualTo(iss);
        snd.sent(700);
        assertThat(snd.outstanding()).isEqualTo(700);
        assertThat(snd.usable()).isEqualTo(300);
        assertThat(snd.isNew(iss + 1)).isFalse();
        assertThat(snd.isNew(iss + 2)).isTrue();
        assertThat(snd.isNew(iss + 701)).isTrue();
        assertThat(snd.isNew(iss + 702)).isFalse();
        snd.acknowledged(iss + 401);
        assertThat(snd.una()).isEqualTo(iss + 401);
        assertThat(snd.nxt()).isEqualTo(iss + 701);
        assertThat(snd.outstanding()).isEqualTo(300);
        assertThat(snd.usable()).isEqualTo(700);
    }

    /** RFC 5961 section 5.2: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT. */
    @ParameterizedTest
    @CsvSource({"-1001, false", "-1000, true", "-1, true", "0, true", "300, true", "301, false", "1000000, false"})
    void rfc5961Section5_2AcceptableAcknowledgments(int fromUna, boolean acceptable) {
        SendSequenceSpace snd = established(-100, 1000);
        snd.updateWindow(101, snd.una(), 10); // the largest counts, not the last
        snd.sent(300);
        assertThat(snd.isAcceptable(snd.una() + fromUna)).isEqualTo(acceptable);
    }

    /**
     * RFC 9293 section 3.10.7.4, fifth: "If SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated. If (SND.WL1 <
     * SEG.SEQ or (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK)), set SND.WND <- SEG.WND, set SND.WL1 <- SEG.SEQ, and set SND.WL2
     * <- SEG.ACK." With one difference, as in Linux: a newer acknowledgment decides even on an older segment, because the
     * window is counted from SND.UNA, which has just moved; and between equals only a larger window counts, or a closed one.
     */
    @ParameterizedTest(name = "WL1 + {0}, WL2 + {1}: {2}")
    @CsvSource({
        "-1,   0, false",
        "-1,  10, true",
        " 0,   0, false", // as old as the last: a smaller window may be the older one
        " 0,  10, true",
        " 0,  -1, false",
        " 1,   0, true",
        " 1,  10, true",
        " 1,  -1, false",
        "50, -10, false",
    })
    void rfc9293Section3_10_7_4WhoMayMoveTheWindow(int seq, int ack, boolean moves) {
        SendSequenceSpace snd = established(-1, 1000);
        snd.sent(500);
        snd.acknowledged(100);
        snd.updateWindow(100, 100, 1000);
        snd.updateWindow(100 + seq, 100 + ack, 77);
        assertThat(snd.wnd()).isEqualTo(moves ? 77 : 1000);
        assertThat(snd.maxWnd()).isEqualTo(1000);
    }

    @Test
    void betweenEqualsTheLargerWindowCountsOrAClosedOne() {
        SendSequenceSpace snd = established(-1, 1000);
        snd.updateWindow(100, snd.una(), 1000);
        snd.updateWindow(100, snd.una(), 999);
        assertThat(snd.wnd()).isEqualTo(1000);
        snd.updateWindow(100, snd.una(), 1001);
        assertThat(snd.wnd()).isEqualTo(1001);
        snd.updateWindow(100, snd.una(), 0);
        assertThat(snd.wnd()).isZero();
    }

    @Test
    void theWindowMayCloseAndShrink() {
        SendSequenceSpace snd = established(-1, 1000);
        snd.sent(500);
        snd.acknowledged(300);
        snd.updateWindow(103, 300, 701);
        assertThat(snd.usable()).isEqualTo(501);
        snd.updateWindow(104, 300, 0);
        assertThat(snd.usable()).as("closed").isZero();
        snd.updateWindow(105, 300, 1);
        assertThat(snd.usable()).as("shrunk below what was sent").isZero();
    }

    @Test
    void theFinHasItsPlaceBehindTheLastByte() {
        SendSequenceSpace snd = established(-3, 1000); // the first byte is -2
        assertThat(snd.finQueued()).isFalse();
        assertThat(snd.finAt(8)).isFalse();
        snd.sent(10);
        snd.queueFin(8);
        assertThat(snd.finQueued()).isTrue();
        assertThat(snd.finAt(8)).isTrue();
        assertThat(snd.finAt(7)).isFalse();
        assertThat(snd.finSent()).isFalse();
        snd.sent(1);
        assertThat(snd.finSent()).isTrue();
        assertThat(snd.finAcknowledged()).isFalse();
        snd.acknowledged(8);
        assertThat(snd.finAcknowledged()).isFalse();
        snd.acknowledged(9);
        assertThat(snd.finAcknowledged()).isTrue();
        assertThat(snd).hasToString("SND[una=9 nxt=+0 wnd=1000]");
    }
}
