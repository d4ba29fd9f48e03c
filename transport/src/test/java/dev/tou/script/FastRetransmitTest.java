// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;

/** Fast retransmit and fast recovery without SACK (RFC 5681 section 3.2, RFC 6582, RFC 3042). */
class FastRetransmitTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    /** Ten segments of {@code bytes} have left, and none was acknowledged. */
    private void tenSegmentsLeave(SegmentScript syn, int bytes) {
        accepted(syn, server -> {});
        app.writes(bytes);
        for (int i = 0; i < 10; i++) {
            sees(i);
        }
        script.passes(ms(10));
    }

    /** The segment of this number comes now. */
    private void sees(int segment) {
        peer.expects(data(1000).seq(FIRST + 1000 * segment)).now();
    }

    private void nothingMore() {
        peer.expectsNothingFor(ms(10));
    }

    private SegmentScript upTo(int segment) {
        return ack(FIRST + 1000 * segment);
    }

    @Test
    void theThirdDuplicateAcknowledgmentIsALoss() {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        peer.sends(upTo(0));
        peer.sends(upTo(0));
        nothingMore();
        peer.sends(upTo(0));
        sees(0);
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 3042: the first two duplicates let new text out, so that small windows get their third.
    @Test
    void theFirstTwoDuplicatesLetNewTextOut() {
        tenSegmentsLeave(syn(IRS).mss(1000), 20_000);
        peer.sends(upTo(0));
        sees(10);
        peer.sends(upTo(0));
        sees(11);
        peer.sends(upTo(0));
        sees(0);
        nothingMore();
    }

    // RFC 5681 section 3.2: ssthresh = FlightSize / 2, not counting what limited transmit has added; the window is
    // ssthresh plus a segment for each duplicate until recovery ends, then ssthresh.
    @Test
    void theWindowIsHalved() {
        tenSegmentsLeave(syn(IRS).mss(1000), 40_000);
        peer.sends(upTo(0));
        sees(10);
        peer.sends(upTo(0));
        sees(11);
        peer.sends(upTo(0));
        sees(0);
        // 12 segments are out, 4 to 8 duplicates of them have left: no room. With the ninth, there is.
        for (int duplicates = 4; duplicates <= 7; duplicates++) {
            peer.sends(upTo(0));
            nothingMore();
        }
        peer.sends(upTo(0));
        sees(12);
        peer.sends(upTo(0));
        sees(13);
        peer.sends(upTo(12));
        // Recovery is over, ssthresh is 5 segments, two are out.
        sees(14);
        sees(15);
        sees(16);
        nothingMore();
    }

    // RFC 6582 section 3.2, step 3.
    @Test
    void aPartialAcknowledgmentIsTheNextLoss() {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        for (int i = 0; i < 3; i++) {
            peer.sends(upTo(0));
        }
        sees(0);
        peer.sends(upTo(4));
        sees(4);
        nothingMore();
        peer.sends(upTo(7));
        sees(7);
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 6582 section 3.2, step 2: duplicates of what was sent before a timeout say nothing new.
    @Test
    void duplicatesAfterATimeoutAreNoLoss() {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        peer.expects(data(1000).seq(FIRST)).after(ms(190));
        peer.sends(upTo(1));
        sees(1);
        sees(2);
        for (int i = 0; i < 5; i++) {
            peer.sends(upTo(1));
        }
        nothingMore();
        peer.sends(upTo(10));
    }

    // RFC 5681 section 2: no text, the same window, nothing new.
    @Test
    void notEveryAcknowledgmentIsADuplicate() {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        for (int i = 1; i <= 5; i++) {
            peer.sends(upTo(0).win(65_535 - i));
        }
        for (int i = 1; i <= 4; i++) {
            peer.sends(data(10).ack(FIRST).win(65_530));
            peer.expects(ack(peer.nxt())).now();
        }
        nothingMore();
        app.received(40);
    }

    @Test
    void duplicatesOfNothingOutstandingAreNothing() {
        accepted();
        for (int i = 0; i < 5; i++) {
            peer.sends(ack(FIRST));
        }
        app.writes(1000);
        sees(0);
        nothingMore();
    }

    // A repetition that is lost too is left to the timer.
    @Test
    void aLostRepetitionWaitsForTheTimer() {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        for (int i = 0; i < 3; i++) {
            peer.sends(upTo(0));
        }
        sees(0);
        for (int i = 0; i < 6; i++) {
            peer.sends(upTo(0));
        }
        peer.expects(data(1000).seq(FIRST)).within(ms(220));
    }
}
