// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Loss detection by time (RFC 8985 section 6), with SACK (RFC 2018). The handshake has taken 20 ms. */
class RackTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int RTT = 20;

    /** Ten segments have left, and a round trip has passed. */
    private void tenSegmentsLeave(int bytes) {
        listens();
        peer.sends(syn(IRS).mss(1000).sackOk());
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(RTT));
        peer.sends(ack(ISS + 1));
        app.isActive().writes(bytes);
        for (int i = 0; i < 10; i++) {
            sees(i);
        }
        script.passes(ms(RTT));
    }

    private void sees(int segment) {
        peer.expects(data(1000).seq(FIRST + 1000 * segment)).now();
    }

    /** The segment of this number comes when the pacer lets it go. */
    private void seesSoon(int segment) {
        peer.expects(data(1000).seq(FIRST + 1000 * segment)).within(ms(RTT / 2));
    }

    private SegmentScript upTo(int segment) {
        return ack(FIRST + 1000 * segment);
    }

    /** An acknowledgment of the first segments, that reports others: the first one and the one behind the last, in turn. */
    private SegmentScript reports(int una, int... blocks) {
        Integer[] edges = new Integer[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            edges[i] = FIRST + 1000 * blocks[i];
        }
        return upTo(una).sack(edges);
    }

    private void nothingMore() {
        peer.expectsNothingFor(ms(3));
    }

    // Section 6.2, step 4: three segments reported above are enough where nothing was ever reordered.
    @Test
    void threeSegmentsReportedAboveAHoleAreALoss() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 2));
        peer.sends(reports(0, 1, 3));
        nothingMore();
        peer.sends(reports(0, 1, 4));
        sees(0);
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // Section 6.2, step 4: fewer have a quarter of the least round trip, which the timer watches.
    @Test
    void whatWasPassedByOneIsLostAfterTheReorderingWindow() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 2));
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT / 4));
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // In recovery there is no window: every hole that was passed is lost at once (section 6.2, step 4), and goes again
    // as
    // far as proportional rate reduction lets it: what was delivered, and a segment more when nothing new is lost.
    @Test
    void holesOfAFlightAreRepairedInOrder() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 9, 10, 5, 6, 1, 3));
        sees(0);
        sees(3);
        sees(4);
        sees(6);
        peer.sends(reports(3, 9, 10, 5, 6));
        seesSoon(7);
        peer.sends(reports(4, 9, 10, 5, 6));
        seesSoon(8);
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // Section 6.2, step 5: a repetition is judged as anything else, so the timeout is not needed.
    @Test
    void aLostRepetitionIsFoundByWhatWasSentAfterIt() {
        tenSegmentsLeave(40_000);
        peer.sends(reports(0, 1, 4));
        sees(0);
        peer.sends(reports(0, 1, 10));
        peer.expects(data(1000).seq(FIRST + 10_000)).now();
        peer.takesAll();
        script.passes(ms(RTT));
        peer.sends(reports(0, 1, 11));
        peer.expects(data(1000).seq(FIRST)).now();
        assertThat(app.info().timeouts()).isZero();
        assertThat(app.info().recoveries()).as("one decision an episode").isEqualTo(1);
        peer.takesAll();
        peer.stopsLooking();
    }

    // Section 6.2, step 3: an original that comes after what was sent later, and from then on there is always a window.
    @Test
    void aPathThatReordersGetsItsWindow() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 2));
        peer.sends(upTo(2)); // the first was only late
        peer.sends(reports(2, 3, 7));
        nothingMore();
        peer.expects(data(1000).seq(FIRST + 2000)).within(ms(RTT / 4));
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // What one acknowledgment reports at once is not reordered, in whatever order its blocks stand.
    @Test
    void blocksOfOneAcknowledgmentAreNotReordering() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 6, 7, 4, 5, 2, 3));
        sees(0);
        sees(1);
        peer.sends(reports(2, 6, 7, 4, 5, 2, 3));
        peer.takesAll();
        peer.stopsLooking();
    }

    // RFC 2883 section 4, RFC 8985 section 6.2, step 4: a duplicate report widens the window by a quarter.
    @Test
    void aNeedlessRepetitionWidensTheWindow() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 2));
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT / 4));
        peer.sends(upTo(2));
        peer.sends(reports(2, 0, 1)); // it had come twice
        peer.sends(reports(2, 3, 4));
        // 25 ms have passed since both were sent, that was the round trip; half of 20 ms more.
        peer.expects(data(1000).seq(FIRST + 2000)).after(ms(RTT / 2));
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 2018 section 8 allows to forget reports, but not to repeat what is known to be there.
    @Test
    void afterATimeoutWhatIsReportedIsNotSentAgain() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 2));
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT / 4));
        peer.expects(data(1000).seq(FIRST)).within(ms(250));
        peer.sends(upTo(2));
        sees(2);
        sees(3);
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 2018 section 8: a receiver may drop what it has reported; then the first segment stays unacknowledged.
    @Test
    void aReceiverMayRenege() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 1, 10));
        sees(0);
        peer.sends(upTo(1));
        peer.expects(data(1000).seq(FIRST + 1000)).within(ms(450));
        peer.sends(upTo(2));
        sees(2);
        sees(3);
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // CVE-2019-11477 and its like: blocks of what was never sent, or upside down, are ignored.
    @Test
    void liesAreIgnored() {
        tenSegmentsLeave(10_000);
        peer.sends(reports(0, 10, 14));
        peer.sends(reports(0, 4, 1));
        peer.sends(reports(0, -9, -5));
        peer.sends(reports(0, 1, 1));
        peer.sends(upTo(0).sack(FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 5, FIRST + 6));
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // Datagrams that the network doubles draw acknowledgments that report nothing new.
    @Test
    void acknowledgmentsThatReportNothingAreNoLoss() {
        tenSegmentsLeave(10_000);
        for (int i = 0; i < 5; i++) {
            peer.sends(upTo(0));
        }
        peer.sends(reports(0, 1, 2));
        for (int i = 0; i < 5; i++) {
            peer.sends(reports(0, 1, 2));
        }
        nothingMore();
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }
}
