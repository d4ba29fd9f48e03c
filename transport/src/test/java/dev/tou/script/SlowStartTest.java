// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;

/** How much leaves before anything is lost (RFC 5681 section 3.1, RFC 6928, RFC 3465). */
class SlowStartTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private void sees(int segments, int from) {
        for (int i = 0; i < segments; i++) {
            peer.expects(data(1000).seq(from + 1000 * i)).now();
        }
    }

    // RFC 6928 section 2: min(10*MSS, max(2*MSS, 14600)).
    @Test
    void theInitialWindowIsTenSegments() {
        accepted();
        app.writes(20_000);
        sees(10, FIRST);
        peer.expectsNothingFor(ms(150));
    }

    @Test
    void theInitialWindowOfLargeSegmentsIs14600Bytes() {
        accepted(syn(IRS).mss(4000).wscale(0), server -> server.option(TouChannelOption.PATH_MTU, 5000));
        app.writes(20_000);
        for (int i = 0; i < 3; i++) {
            peer.expects(data(4000).seq(FIRST + 4000 * i)).now();
        }
        peer.expectsNothingFor(ms(150));
    }

    // RFC 5681 section 3.1: by SMSS for each acknowledgment of new data.
    // RFC 9293: MUST-19.
    @Test
    void theWindowGrowsByASegmentForEachSegmentAcknowledged() {
        accepted();
        app.writes(60_000);
        sees(10, FIRST);
        for (int i = 1; i <= 10; i++) {
            peer.sends(ack(FIRST + 1000 * i));
            sees(2, FIRST + 8000 + 2000 * i);
        }
        peer.expectsNothingFor(ms(150));
    }

    // RFC 3465 section 2.2: as many bytes as were acknowledged. RFC 9406 section 4.3: without a limit.
    @Test
    void anAcknowledgmentOfManySegmentsGrowsItByAsMany() {
        accepted();
        app.writes(60_000);
        sees(10, FIRST);
        peer.sends(ack(FIRST + 10_000));
        sees(20, FIRST + 10_000);
        peer.expectsNothingFor(ms(150));
    }

    // RFC 3465 section 1: divided acknowledgments earn no more than whole ones.
    @Test
    void dividedAcknowledgmentsEarnNothing() {
        accepted();
        app.writes(60_000);
        sees(10, FIRST);
        for (int i = 1; i <= 10; i++) {
            peer.sends(ack(FIRST + 100 * i));
        }
        sees(2, FIRST + 10_000);
        peer.expectsNothingFor(ms(150));
    }

    // RFC 5681 section 3.1 (1): growth beyond what was ever used would be a burst later (RFC 7661).
    @Test
    void aWindowThatIsNotUsedDoesNotGrow() {
        accepted();
        for (int i = 0; i < 20; i++) {
            app.writes(1000);
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
            peer.sends(ack(FIRST + 1000 * (i + 1)));
        }
        app.writes(20_000);
        sees(10, FIRST + 20_000);
        peer.expectsNothingFor(ms(150));
    }

    // RFC 5681 section 3.1: "if the SYN or SYN/ACK is lost, the initial window used by a sender after a correctly
    // transmitted SYN MUST be one segment".
    @Test
    void aLostSynAckMakesTheInitialWindowOneSegment() {
        listens();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        peer.sends(ack(ISS + 1));
        app.isActive().writes(20_000);
        sees(1, FIRST);
        peer.expectsNothingFor(ms(150));
        peer.sends(ack(FIRST + 1000));
        sees(2, FIRST + 1000);
    }

    @Test
    void aLostSynMakesTheInitialWindowOneSegment() {
        connects();
        peer.expects(syn(ISS)).now();
        peer.expects(syn(ISS)).after(seconds(1));
        peer.sends(synAck(IRS, ISS + 1).mss(1000));
        peer.expects(ack(IRS + 1)).now();
        app.isActive().writes(20_000);
        sees(1, FIRST);
        peer.expectsNothingFor(ms(150));
    }

    // RFC 5681 section 4.1: after a silence longer than a timeout the window is the restart window.
    @Test
    void afterASilenceTheWindowIsTheInitialOne() {
        accepted();
        app.writes(20_000);
        sees(10, FIRST);
        peer.sends(ack(FIRST + 10_000));
        sees(10, FIRST + 10_000);
        peer.sends(ack(FIRST + 20_000));
        script.passes(seconds(10));
        app.writes(30_000);
        sees(10, FIRST + 20_000);
        peer.expectsNothingFor(ms(150));
    }

    // The last segment of what there is says PSH (RFC 9293 section 3.9.1.2), and only that one.
    // RFC 9293: MUST-61, SHLD-27.
    @Test
    void pushMarksTheEndOfWhatThereIs() {
        accepted();
        app.writes(2500);
        peer.expects(data(1000).noPsh()).now();
        peer.expects(data(1000).noPsh()).now();
        peer.expects(data(500).psh()).now();
        peer.sends(ack(FIRST + 2500));
    }
}
