// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;

/** Fast retransmit and fast recovery (RFC 5681 section 3.2, RFC 6582, RFC 3042), and with SACK (RFC 2018). */
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

    // --- with SACK ---

    private void tenSegmentsLeaveWithSack(int bytes) {
        tenSegmentsLeave(syn(IRS).mss(1000).sackOk(), bytes);
    }

    /** A duplicate acknowledgment that reports segments {@code from} to {@code to}, exclusive. */
    private SegmentScript reports(int from, int to) {
        return upTo(0).sack(FIRST + 1000 * from, FIRST + 1000 * to);
    }

    @Test
    void threeSegmentsReportedAboveAHoleAreALoss() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(reports(1, 2));
        peer.sends(reports(1, 3));
        nothingMore();
        peer.sends(reports(1, 4));
        sees(0);
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 6675 section 5, step 1: three reports are a loss, however small the segments are.
    @Test
    void threeReportsOfSmallSegmentsAreALoss() {
        accepted(syn(IRS).mss(1000).sackOk(), server -> {});
        for (int i = 0; i < 5; i++) {
            app.writes(10);
            peer.expects(data(10).seq(FIRST + 10 * i)).now();
        }
        script.passes(ms(10));
        peer.sends(ack(FIRST).sack(FIRST + 10, FIRST + 20));
        peer.sends(ack(FIRST).sack(FIRST + 10, FIRST + 30));
        nothingMore();
        peer.sends(ack(FIRST).sack(FIRST + 10, FIRST + 40));
        peer.expects(data(10).seq(FIRST)).now();
        peer.sends(ack(FIRST + 50));
    }

    // RFC 6675 section 2: datagrams that the network doubles draw acknowledgments that report nothing new.
    @Test
    void acknowledgmentsThatReportNothingAreNoLoss() {
        tenSegmentsLeaveWithSack(10_000);
        for (int i = 0; i < 5; i++) {
            peer.sends(upTo(0));
        }
        peer.sends(reports(1, 2));
        for (int i = 0; i < 5; i++) {
            peer.sends(reports(1, 2));
        }
        nothingMore();
        peer.sends(upTo(10));
    }

    // One acknowledgment can report it all.
    @Test
    void threeSegmentsReportedAtOnceAreALoss() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(reports(1, 4));
        sees(0);
        nothingMore();
    }

    @Test
    void whatIsReportedIsNotSentAgain() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(upTo(0).sack(FIRST + 9000, FIRST + 10_000, FIRST + 5000, FIRST + 6000, FIRST + 1000, FIRST + 3000));
        // 0, 3, 4 and 6 lie three segments below the highest report. The window is 5 segments, 7 and 8 are on the path.
        sees(0);
        sees(3);
        sees(4);
        nothingMore();
        peer.sends(upTo(3).sack(FIRST + 9000, FIRST + 10_000, FIRST + 5000, FIRST + 6000));
        sees(6);
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // After a timeout too (RFC 2018 section 8 allows to forget, but not to repeat what is known to be there).
    @Test
    void afterATimeoutWhatIsReportedIsNotSentAgain() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(reports(1, 2));
        peer.expects(data(1000).seq(FIRST)).within(ms(250));
        peer.sends(upTo(2));
        sees(2);
        sees(3);
        peer.sends(upTo(10));
    }

    // RFC 2018 section 8: a receiver may drop what it has reported; then the first segment stays unacknowledged.
    @Test
    void aReceiverMayRenege() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(reports(1, 10));
        sees(0);
        peer.sends(upTo(1));
        peer.expects(data(1000).seq(FIRST + 1000)).within(ms(450));
        peer.sends(upTo(2));
        sees(2);
        sees(3);
        peer.sends(upTo(10));
    }

    // CVE-2019-11477 and its like: blocks of what was never sent, or upside down, are ignored.
    @Test
    void liesAreIgnored() {
        tenSegmentsLeaveWithSack(10_000);
        peer.sends(reports(10, 14));
        peer.sends(reports(4, 1));
        peer.sends(reports(-9, -5));
        peer.sends(upTo(0).sack(FIRST + 1000, FIRST + 1000));
        peer.sends(upTo(0).sack(FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 5, FIRST + 6));
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }
}
