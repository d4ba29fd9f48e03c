// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;

/** What came twice is reported once, as the first block of an acknowledgment (RFC 2883 sections 4 and 5). */
class DuplicateTextTest extends ScriptedTest {

    /** The sequence number of the first byte. */
    private static final int FIRST = IRS + 1;

    private void acceptedWithSack() {
        accepted(syn(IRS).mss(1000).sackOk(), server -> {});
    }

    // RFC 2883 section 4.1.1, "Reporting a duplicate segment": the acknowledgment of a segment was lost.
    @Test
    void aDuplicateBelowTheAcknowledgmentIsTheOnlyBlock() {
        acceptedWithSack();
        peer.sends(data(500));
        peer.expects(ack(FIRST + 500).options()).now();
        for (int i = 0; i < 2; i++) {
            peer.sends(data(500).seq(FIRST));
            peer.expects(ack(FIRST + 500).sack(FIRST, FIRST + 500)).now();
        }
        app.received(500);
    }

    // Section 4.1.2, "Reporting an out-of-order segment and a duplicate segment".
    @Test
    void aDuplicateComesBeforeTheBlocksOutOfOrder() {
        acceptedWithSack();
        peer.sends(data(500));
        peer.expects(ack(FIRST + 500)).now();
        peer.sends(data(500).seq(FIRST + 1000));
        peer.expects(ack(FIRST + 500).sack(FIRST + 1000, FIRST + 1500)).now();
        peer.sends(data(500).seq(FIRST));
        peer.expects(ack(FIRST + 500).sack(FIRST, FIRST + 500, FIRST + 1000, FIRST + 1500))
                .now();
        // Once: "Each duplicate contiguous sequence of data received is reported in at most one D-SACK block".
        peer.sends(data(500).seq(FIRST + 1500));
        peer.expects(ack(FIRST + 500).sack(FIRST + 1000, FIRST + 2000)).now();
        app.received(500);
    }

    // Section 4.1.3, "Reporting a duplicate of an out-of-order segment": the second block is the one that holds it.
    @Test
    void aDuplicateOutOfOrderIsFollowedByWhatHoldsIt() {
        acceptedWithSack();
        peer.sendsTogether(data(500).seq(FIRST + 500), data(500).seq(FIRST + 1000));
        peer.expects(ack(FIRST).sack(FIRST + 500, FIRST + 1500)).now();
        peer.sends(data(500).seq(FIRST + 2000));
        peer.expects(ack(FIRST).sack(FIRST + 2000, FIRST + 2500, FIRST + 500, FIRST + 1500))
                .now();
        peer.sends(data(500).seq(FIRST + 1000));
        peer.expects(ack(FIRST)
                        .options("sack")
                        .sack(FIRST + 1000, FIRST + 1500, FIRST + 500, FIRST + 1500, FIRST + 2000, FIRST + 2500))
                .now();
        app.receivedNothing();
    }

    // Section 4.2.1, "Reporting a single duplicate subsegment": the rest is new, below the acknowledgment or above.
    @Test
    void onlyThePartThatCameTwiceIsReported() {
        acceptedWithSack();
        peer.sends(data(500));
        peer.expects(ack(FIRST + 500)).now();
        peer.sends(data(1000).seq(FIRST));
        peer.expects(ack(FIRST + 1000).sack(FIRST, FIRST + 500)).now();
        peer.sends(data(500).seq(FIRST + 1500));
        peer.expects(ack(FIRST + 1000).sack(FIRST + 1500, FIRST + 2000)).now();
        peer.sends(data(1000).seq(FIRST + 1250));
        peer.expects(ack(FIRST + 1000).sack(FIRST + 1500, FIRST + 2000, FIRST + 1250, FIRST + 2250))
                .now();
        app.received(1000);
    }

    // Section 4.2.2, "Reporting two non-contiguous duplicate subsegments covered by the cumulative acknowledgement":
    // "only
    // the first".
    @Test
    void theFirstOfTwoPartsIsReportedWhenAGapIsFilled() {
        acceptedWithSack();
        peer.sends(data(200).seq(FIRST + 200));
        peer.expects(ack(FIRST)).now();
        peer.sends(data(200).seq(FIRST + 600));
        peer.expects(ack(FIRST)).now();
        peer.sends(data(1000).seq(FIRST));
        peer.expects(ack(FIRST + 1000).sack(FIRST + 200, FIRST + 400)).now();
        app.received(1000);
    }

    // Section 4.2.3, the same "not covered by the cumulative acknowledgement".
    @Test
    void theFirstOfTwoPartsIsReportedOutOfOrder() {
        acceptedWithSack();
        peer.sends(data(200).seq(FIRST + 400));
        peer.expects(ack(FIRST)).now();
        peer.sends(data(200).seq(FIRST + 800));
        peer.expects(ack(FIRST)).now();
        peer.sends(data(1000).seq(FIRST + 200));
        peer.expects(ack(FIRST).sack(FIRST + 400, FIRST + 600, FIRST + 200, FIRST + 1200))
                .now();
        app.receivedNothing();
    }

    // A burst is answered at its end, and an acknowledgment reports one duplicate: so each has one, and then silence.
    @Test
    void everyDuplicateOfABurstIsReported() {
        acceptedWithSack();
        peer.sends(data(1000));
        peer.sends(data(1000));
        peer.sends(data(1000));
        peer.sends(data(1000));
        peer.takesAll();
        peer.sends(data(500).seq(FIRST + 5000));
        peer.expects(ack(FIRST + 4000).sack(FIRST + 5000, FIRST + 5500)).now();
        peer.sendsTogether(
                data(1000).seq(FIRST),
                data(500).seq(FIRST + 5000),
                data(1000).seq(FIRST + 2000),
                data(1000).seq(FIRST + 3000));
        peer.expects(ack(FIRST + 4000).sack(FIRST, FIRST + 1000, FIRST + 5000, FIRST + 5500))
                .now();
        peer.expects(ack(FIRST + 4000).sack(FIRST + 5000, FIRST + 5500, FIRST + 5000, FIRST + 5500))
                .now();
        peer.expects(ack(FIRST + 4000).sack(FIRST + 2000, FIRST + 4000, FIRST + 5000, FIRST + 5500))
                .now();
        peer.expectsNothingFor(ms(1000));
        app.received(4000);
    }

    // However many there are, a burst draws four.
    @Test
    void aBurstOfManyDuplicatesDrawsFourAcknowledgments() {
        acceptedWithSack();
        SegmentScript[] again = new SegmentScript[50];
        for (int i = 0; i < again.length; i++) {
            peer.sends(data(20));
            again[i] = data(10).seq(FIRST + 20 * i);
        }
        peer.takesAll();
        peer.sendsTogether(again);
        for (int i = 0; i < 4; i++) {
            peer.expects(ack(FIRST + 1000).sack(FIRST + 20 * i, FIRST + 20 * i + 10))
                    .now();
        }
        peer.expectsNothingFor(ms(1000));
        app.received(1000);
    }

    // RFC 2883 section 4: D-SACK blocks take their place among the others: three fit beside timestamps, four without.
    @Test
    void aDuplicateTakesTheRoomOfABlock() {
        accepted(syn(IRS).mss(1000).sackOk().ts(1, 0), server -> {});
        peer.sends(data(10));
        peer.expects(ack(FIRST + 10)).now();
        for (int i = 1; i <= 3; i++) {
            peer.sends(data(10).seq(FIRST + 20 * i));
        }
        peer.takesAll();
        peer.sends(data(10).seq(FIRST));
        peer.expects(ack(FIRST + 10)
                        .options("ts", "sack")
                        .sack(FIRST, FIRST + 10, FIRST + 60, FIRST + 70, FIRST + 40, FIRST + 50))
                .now();
        app.received(10);
    }

    // The original of a segment that was sent again comes last, and so with an older timestamp than is expected: RFC
    // 7323
    // section 5.3, R1, drops it; its sender needs the more to hear of it.
    @Test
    void whatAnOldTimestampGaveAwayIsReported() {
        accepted(syn(IRS).mss(1000).sackOk().ts(100, 0), server -> {});
        peer.sends(data(10).ts(200, 0));
        peer.expects(ack(FIRST + 10)).now();
        peer.sends(data(10).seq(FIRST).ts(150, 0));
        peer.expects(ack(FIRST + 10).sack(FIRST, FIRST + 10)).now();
        app.received(10);
    }

    // What lies beyond the window is no duplicate, nor is a probe without text.
    @Test
    void whatIsNotAcceptableForOtherReasonsIsNotReported() {
        acceptedWithSack();
        peer.sends(data(10));
        peer.expects(ack(FIRST + 10)).now();
        peer.sends(data(10).seq(FIRST + 100_000_000));
        peer.expects(ack(FIRST + 10).options()).now();
        script.passes(ms(1000));
        peer.sends(ack(ISS + 1).seq(FIRST + 9));
        peer.expects(ack(FIRST + 10).options()).now();
        app.received(10);
    }

    @Test
    void aPeerWithoutSackHearsNothingOfIt() {
        accepted();
        peer.sends(data(500));
        peer.expects(ack(FIRST + 500)).now();
        peer.sends(data(500).seq(FIRST));
        peer.expects(ack(FIRST + 500).options()).now();
        app.received(500);
    }
}
