// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.syn;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver that wants more than its share says that it has received what it has not (Savage, Cardwell, Wetherall and Anderson,
 * "TCP congestion control with a misbehaving receiver"; RFC 5681 section 5).
 */
class WindowAttackTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int WINDOW = 10;

    private void tenSegmentsAreOut(SegmentScript syn) {
        acceptedFrom(ms(20), syn);
        app.writes(300_000);
        assertThat(peer.takesAll()).isEqualTo(WINDOW);
        script.passes(ms(20));
    }

    // RFC 9293 section 3.10.7.4, fifth; RFC 5961 section 5: what was never sent cannot be acknowledged.
    @Test
    void anOptimisticAcknowledgmentBeyondWhatWasSentEarnsNothing() {
        tenSegmentsAreOut(syn(IRS).mss(1000));
        for (int i = 11; i < 200; i++) {
            peer.sends(ack(FIRST + 1000 * i));
        }
        assertThat(peer.takesAll()).as("answers, and no text").isLessThanOrEqualTo(2);
        peer.sends(ack(FIRST + 10_000));
        assertThat(peer.takesAll()).as("what one acknowledgment earns").isLessThanOrEqualTo(2 * WINDOW);
    }

    // RFC 3465 section 1: the bytes count, not the acknowledgments.
    @Test
    void aThousandDividedAcknowledgmentsOfOneSegmentEarnOneSegment() {
        tenSegmentsAreOut(syn(IRS).mss(1000));
        for (int i = 1; i <= 1000; i++) {
            peer.sends(ack(FIRST + i));
        }
        assertThat(peer.takesAll()).isLessThanOrEqualTo(2);
    }

    // RFC 5681 section 5: "limit the number of times cwnd is artificially inflated during loss recovery to the
    // number of outstanding segments".
    @Test
    void forgedDuplicatesLetOutNoMoreThanWasOutstanding() {
        tenSegmentsAreOut(syn(IRS).mss(1000));
        for (int i = 0; i < 500; i++) {
            peer.sends(ack(FIRST));
        }
        assertThat(peer.takesAll()).isLessThanOrEqualTo(WINDOW + 2);
    }

    // RFC 8985, RFC 2018: where SACK is agreed on, a duplicate that reports nothing says nothing.
    @Test
    void forgedDuplicatesWithoutAReportLetOutNothing() {
        tenSegmentsAreOut(syn(IRS).mss(1000).sackOk());
        for (int i = 0; i < 500; i++) {
            peer.sends(ack(FIRST));
        }
        assertThat(peer.takesAll()).isLessThanOrEqualTo(2);
    }

    // RFC 2018 section 4: the same reports again and again, in whatever pieces, are one report.
    @Test
    void repeatedAndCrumbledReportsLetOutWhatTheyCover() {
        tenSegmentsAreOut(syn(IRS).mss(1000).sackOk());
        for (int i = 0; i < 300; i++) {
            int left = FIRST + 1000 + 17 * i % 3000;
            peer.sends(ack(FIRST).sack(left, left + 1, FIRST + 4000, FIRST + 7000, FIRST + 8000, FIRST + 8001));
        }
        assertThat(peer.takesAll())
                .as("the hole, and at most what the reports cover")
                .isLessThanOrEqualTo(10);
    }

    // RFC 2883 section 4: reports of duplicates that never were may not undo what was no mistake again and again.
    @Test
    void forgedReportsOfDuplicatesEarnNoWindow() {
        tenSegmentsAreOut(syn(IRS).mss(1000).sackOk());
        peer.sends(ack(FIRST + 10_000));
        int second = peer.takesAll();
        for (int i = 0; i < 300; i++) {
            peer.sends(ack(FIRST + 10_000).sack(FIRST + 1000 * (i % 9), FIRST + 1000 * (i % 9) + 1000));
        }
        assertThat(second).isLessThanOrEqualTo(2 * WINDOW);
        assertThat(peer.takesAll()).isLessThanOrEqualTo(2);
    }
}
