// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What looked like a loss and was none, and is taken back: F-RTO (RFC 5682), Eifel detection and response (RFC 3522, RFC 4015),
 * reports of duplicates (RFC 2883, RFC 3708). The handshake has taken 20 ms.
 */
class SpuriousLossTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int RTT = 20;

    private int firstStamp;

    /** Ten segments have left; the timer has expired after a probe, and the oldest was sent again. */
    private void timesOut(SegmentScript syn, int bytes) {
        tenSegmentsLeave(syn, bytes);
        int probe = bytes > 10_000 ? 10 : 9;
        peer.expects(data(1000).seq(FIRST + 1000 * probe)).after(ms(2 * RTT + 2));
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        assertThat(app.info().timeouts()).isEqualTo(1);
        assertThat(app.info().cwnd()).isEqualTo(app.info().mss());
    }

    private void tenSegmentsLeave(SegmentScript syn, int bytes) {
        listens();
        peer.sends(syn);
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(RTT));
        peer.sends(ack(ISS + 1));
        app.isActive().writes(bytes);
        WireSegment first = peer.expects(data(1000).seq(FIRST)).now();
        firstStamp = first.tsVal == null ? 0 : first.tsVal;
        for (int i = 1; i < 10; i++) {
            sees(i);
        }
    }

    private void sees(int segment) {
        peer.expects(data(1000).seq(FIRST + 1000 * segment)).now();
    }

    private SegmentScript upTo(int segment) {
        return ack(FIRST + 1000 * segment);
    }

    // RFC 5682 section 3, step 2b: two segments of new text; step 3b: what was sent once is acknowledged.
    @Test
    void newTextRevealsThatTheTimeoutWasSpurious() {
        timesOut(syn(IRS).mss(1000).sackOk(), 40_000);
        peer.sends(upTo(1));
        sees(11);
        sees(12);
        peer.expectsNothingFor(ms(5));
        peer.sends(upTo(2));
        assertThat(app.info().cwnd()).as("as it was").isGreaterThanOrEqualTo(10_000);
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        peer.expectsNothingFor(ms(5)); // nothing that is merely late is sent again
        peer.sends(upTo(13));
        sees(13);
        peer.takesAll();
        peer.stopsLooking();
    }

    // Step 3a: the new text is reported, and nothing else: a real loss, repaired in slow start.
    @Test
    void newTextRevealsThatTheLossWasReal() {
        timesOut(syn(IRS).mss(1000).sackOk(), 40_000);
        peer.sends(upTo(1));
        sees(11);
        sees(12);
        peer.sends(upTo(1).sack(FIRST + 11_000, FIRST + 12_000));
        sees(1);
        sees(2);
        assertThat(app.info().ssthresh()).isEqualTo(5_500);
        peer.takesAll();
        peer.stopsLooking();
    }

    // Without new text there is no answer, and what is thought lost is sent again.
    @Test
    void withoutNewTextTheOldIsRepeated() {
        timesOut(syn(IRS).mss(1000).sackOk(), 10_000);
        peer.sends(upTo(1));
        sees(1);
        sees(2);
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // Nor with text that Nagle's rule holds back: nothing would come that could tell.
    @Test
    void withoutNewTextThatMayLeaveTheOldIsRepeated() {
        accepted();
        app.set(ChannelOption.TCP_NODELAY, false).writes(5000);
        for (int i = 0; i < 5; i++) {
            sees(i);
        }
        app.writes(100);
        peer.expects(data(1000).seq(FIRST)).after(ms(200));
        peer.sends(upTo(1));
        sees(1);
        sees(2);
        peer.sends(upTo(5));
        peer.expects(data(100).seq(FIRST + 5000)).now();
        peer.sends(ack(FIRST + 5100));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 3522: the acknowledgment of what was sent again echoes the original. RFC 4015: the window as before, no
    // repetition of what is on its way, and the back-off of the timer is over.
    @Test
    void anOldEchoRevealsThatTheTimeoutWasSpurious() {
        timesOut(syn(IRS).mss(1012).sackOk().ts(1, 0), 40_000);
        peer.sends(upTo(2).ts(peer.timestamp(), firstStamp));
        assertThat(app.info().cwnd()).isGreaterThanOrEqualTo(10_000);
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        peer.takesAll();
        peer.stopsLooking();
    }

    @Test
    void aNewEchoConfirmsTheTimeout() {
        timesOut(syn(IRS).mss(1012).sackOk().ts(1, 0), 40_000);
        peer.sends(upTo(1)); // echoes the repetition
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.takesAll();
        peer.stopsLooking();
    }

    // RFC 3522, in fast recovery: the hole was filled by the original, which was only late.
    @Test
    void anOldEchoRevealsThatTheLossWasReordering() {
        tenSegmentsLeave(syn(IRS).mss(1012).sackOk().ts(1, 0), 10_000);
        script.passes(ms(RTT));
        peer.sends(upTo(0).sack(FIRST + 1000, FIRST + 4000));
        sees(0);
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.sends(upTo(4).ts(peer.timestamp(), firstStamp));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        assertThat(app.info().cwnd()).isGreaterThanOrEqualTo(10_000);
        peer.sends(upTo(10));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 2883, RFC 3708: everything that was sent again has come twice.
    @Test
    void duplicateReportsRevealThatNothingWasLost() {
        tenSegmentsLeave(syn(IRS).mss(1000).sackOk(), 10_000);
        script.passes(ms(RTT));
        peer.sends(upTo(0).sack(FIRST + 2000, FIRST + 7000));
        sees(0);
        sees(1);
        long reduced = app.info().ssthresh();
        assertThat(reduced).isLessThan(Long.MAX_VALUE);
        peer.sends(upTo(10));
        peer.sends(upTo(10).sack(FIRST, FIRST + 1000));
        assertThat(app.info().ssthresh()).as("one of two").isEqualTo(reduced);
        peer.sends(upTo(10).sack(FIRST + 1000, FIRST + 2000));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        assertThat(app.info().cwnd()).isGreaterThanOrEqualTo(10_000);
    }

    // RFC 3522 section 1: where nothing was sent again, nothing is ambiguous. Both acknowledgments are read before
    // anything leaves.
    @Test
    void whatArrivesBeforeItIsSentAgainWasNotLost() {
        tenSegmentsLeave(syn(IRS).mss(1000).sackOk(), 40_000);
        script.passes(ms(RTT));
        peer.sendsTogether(upTo(0).sack(FIRST + 1000, FIRST + 4000), upTo(4));
        assertThat(app.info().bytesRetrans()).isZero();
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        assertThat(app.info().cwnd()).isGreaterThanOrEqualTo(10_000);
        peer.takesAll();
        peer.stopsLooking();
    }

    // Nor does the one that arrives excuse the other that did not.
    @Test
    void whatArrivesDoesNotExcuseWhatIsLost() {
        tenSegmentsLeave(syn(IRS).mss(1000).sackOk(), 10_000);
        script.passes(ms(RTT));
        peer.sendsTogether(upTo(0).sack(FIRST + 2000, FIRST + 7000), upTo(1).sack(FIRST + 2000, FIRST + 7000));
        sees(1);
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.takesAll();
        peer.stopsLooking();
    }

    /** Without SACK. Three behind the oldest have arrived; then the oldest does, before it is sent again. */
    private void theOldestIsOvertakenByThree(int allUpTo) {
        tenSegmentsLeave(syn(IRS).mss(1000), 10_000);
        script.passes(ms(RTT));
        peer.sendsTogether(upTo(0), upTo(0), upTo(0), upTo(allUpTo));
    }

    @Test
    void withoutSackToo() {
        theOldestIsOvertakenByThree(4);
        assertThat(app.info().undos()).isEqualTo(1);
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        peer.sends(upTo(10));
        assertThat(app.info().bytesRetrans()).isZero();
    }

    // RFC 6582 section 3.2, step 3: of the three, none is acknowledged, so what they have overtaken is not only the
    // oldest.
    @Test
    void withoutSackAPartialAcknowledgmentShowsTheNextLoss() {
        theOldestIsOvertakenByThree(1);
        sees(1);
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.sends(upTo(10));
        assertThat(app.info().undos()).isZero();
    }
}
