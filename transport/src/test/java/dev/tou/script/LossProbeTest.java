// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Tail loss probes (RFC 8985 section 7). The handshake has taken 20 ms: SRTT is 20 ms, RTTVAR 10 ms. */
class LossProbeTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int RTT = 20;

    private void writesSegments(int count) {
        app.writes(1000 * count);
        for (int i = 0; i < count; i++) {
            sees(i);
        }
    }

    private void sees(int segment) {
        peer.expects(data(1000).seq(FIRST + 1000 * segment)).now();
    }

    // Section 7.2: PTO = 2 SRTT for more than one segment, and 2 ms more. Then the timeout is counted from the probe.
    @Test
    void aTailIsProbedAfterTwoRoundTrips() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(3);
        peer.expects(data(1000).seq(FIRST + 2000)).after(ms(2 * RTT + 2));
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        assertThat(app.info().timeouts()).isEqualTo(1);
        peer.sends(ack(FIRST + 3000));
        peer.expectsNothingFor(seconds(5));
    }

    // Section 7.3: new text is better than old, beyond the congestion window too.
    @Test
    void newTextIsTheProbeIfThereIsSome() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        app.writes(20_000);
        for (int i = 0; i < 10; i++) {
            sees(i);
        }
        peer.expects(data(1000).seq(FIRST + 10_000)).after(ms(2 * RTT + 2));
        peer.expectsNothingFor(ms(150));
        peer.sends(ack(FIRST + 11_000));
        peer.takesAll();
        peer.stopsLooking();
    }

    // Section 7.2: one segment alone waits for the delay of its acknowledgment, but not longer than the timeout.
    @Test
    void aLoneSegmentIsProbedInPlaceOfTheTimeout() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(1);
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        assertThat(app.info().timeouts()).isZero();
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        assertThat(app.info().timeouts()).isEqualTo(1);
        peer.sends(ack(FIRST + 1000));
        peer.expectsNothingFor(seconds(5));
    }

    // Between our own ends the delay is known: SRTT + 4 RTTVAR + 8 ms.
    @Test
    void betweenOurOwnEndsALoneSegmentIsProbedSoon() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk().ackDelay());
        writesSegments(1);
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 40 + 8));
        peer.sends(ack(FIRST + 1000));
        peer.expectsNothingFor(seconds(5));
    }

    @Test
    void withoutASampleTheProbeWaitsASecond() {
        listens();
        peer.sends(syn(IRS).mss(1000).sackOk());
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(syn(IRS).mss(1000).sackOk());
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(ack(ISS + 1));
        app.isActive();
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(seconds(1));
        peer.sends(ack(FIRST + 2000));
        peer.expectsNothingFor(seconds(5));
    }

    @Test
    void withoutSackThereIsNoProbe() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000));
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        peer.sends(ack(FIRST + 2000));
        peer.expectsNothingFor(seconds(5));
    }

    // Section 7.4.2: the probe was reported as duplicate, so nothing was lost.
    @Test
    void aProbeThatCameTwiceCostsNothing() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 2000));
        peer.sends(ack(FIRST + 2000).sack(FIRST + 1000, FIRST + 2000));
        long cwnd = app.info().cwnd();
        app.writes(1000);
        sees(2);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
    }

    // Section 7.4.2: something later is acknowledged and no duplicate was reported: the probe has repaired a loss,
    // which
    // costs one reduction.
    @Test
    void aProbeThatRepairedALossCostsOneReduction() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 2000));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        app.writes(1000);
        sees(2);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.expectsNothingFor(seconds(5));
    }

    // With timestamps the first acknowledgment tells (RFC 7323 section 4.3): it echoes the probe, or the original.
    @Test
    void timestampsTellAtOnceWhetherTheProbeHasRepairedALoss() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1012).sackOk().ts(1, 0));
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 2000)); // echoes what was seen last
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.expectsNothingFor(seconds(5));
    }

    @Test
    void timestampsTellAtOnceThatTheProbeWasNeedless() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1012).sackOk().ts(1, 0));
        app.writes(2000);
        sees(0);
        int stamp = peer.expects(data(1000).seq(FIRST + 1000)).now().tsVal;
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 1000).ts(peer.timestamp(), stamp));
        peer.sends(ack(FIRST + 2000).ts(peer.timestamp(), stamp));
        app.writes(1000);
        sees(2);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
    }

    // RFC 7323 section 4.3: an acknowledgment that was delayed echoes the first that it acknowledges, and not the
    // probe.
    @Test
    void theEchoOfWhatCameBeforeTheProbeTellsNothing() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1012).sackOk().ts(1, 0));
        app.writes(2000);
        int stamp = peer.expects(data(1000).seq(FIRST)).now().tsVal;
        sees(1);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 2000).ts(peer.timestamp(), stamp));
        app.writes(1000);
        sees(2);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.expectsNothingFor(seconds(5));
    }

    private long nextProbeNanos() {
        return 2 * app.info().rtt() + 2_000_000;
    }

    /** Two segments, of which the last is probed, and both acknowledged, so that the last round trip is a sample. */
    private void probesWithoutVerdict() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 1000));
        peer.sends(ack(FIRST + 2000));
    }

    // Section 7.3: no probe while another is in flight. One that is acknowledged is not, whatever it has repaired.
    @Test
    void aProbeWithoutAVerdictDoesNotKeepTheNextFromLeaving() {
        probesWithoutVerdict();
        app.writes(2000);
        sees(2);
        sees(3);
        long timeouts = app.info().timeouts();
        peer.expects(data(1000).seq(FIRST + 3000)).after(Duration.ofNanos(nextProbeNanos()));
        assertThat(app.info().timeouts()).isEqualTo(timeouts);
        // Section 7.4.2: what follows the first one is acknowledged, and no duplicate was reported.
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().ssthresh()).isLessThan(Long.MAX_VALUE);
        peer.sends(ack(FIRST + 4000));
        peer.expectsNothingFor(seconds(5));
    }

    @Test
    void theVerdictOnAProbeMayComeAfterTheNext() {
        probesWithoutVerdict();
        app.writes(2000);
        sees(2);
        sees(3);
        peer.expects(data(1000).seq(FIRST + 3000)).after(Duration.ofNanos(nextProbeNanos()));
        peer.sends(ack(FIRST + 2000).sack(FIRST + 1000, FIRST + 2000));
        peer.sends(ack(FIRST + 4000));
        peer.sends(ack(FIRST + 4000).sack(FIRST + 3000, FIRST + 4000));
        app.writes(1000);
        sees(4);
        peer.sends(ack(FIRST + 5000));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
    }

    // Section 7.3: after a probe the round trip must have been measured before the next one, or else probes, which are
    // no samples (RFC 6298 section 3), would keep a path that has become longer from ever being known.
    @Test
    void betweenTwoProbesTheRoundTripIsMeasured() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(1);
        peer.expects(data(1000).seq(FIRST)).after(ms(RTT + 200));
        peer.sends(ack(FIRST + 1000));
        peer.sends(ack(FIRST + 1000).sack(FIRST, FIRST + 1000));
        app.writes(2000);
        sees(1);
        sees(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(RTT + 200));
        assertThat(app.info().timeouts()).isEqualTo(1);
        peer.sends(ack(FIRST + 3000));
        peer.expectsNothingFor(seconds(5));
    }

    // Section 7.4.2: the duplicate acknowledgment of a peer that does not report duplicates, when nothing is
    // outstanding.
    @Test
    void aBareDuplicateTellsThatTheProbeWasNeedless() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(2);
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(2 * RTT + 2));
        peer.sends(ack(FIRST + 2000));
        peer.sends(ack(FIRST + 2000));
        app.writes(1000);
        sees(2);
        peer.sends(ack(FIRST + 3000));
        assertThat(app.info().ssthresh()).isEqualTo(Long.MAX_VALUE);
        peer.expectsNothingFor(seconds(5));
    }

    // Section 7.3: one at a time; a lost tail of several is the business of RACK once the probe is reported.
    @Test
    void theProbeRevealsTheRestOfALostTail() {
        acceptedFrom(ms(RTT), syn(IRS).mss(1000).sackOk());
        writesSegments(4);
        peer.expects(data(1000).seq(FIRST + 3000)).after(ms(2 * RTT + 2));
        script.passes(ms(RTT));
        peer.sends(ack(FIRST + 1000).sack(FIRST + 3000, FIRST + 4000));
        sees(1);
        sees(2);
        assertThat(app.info().timeouts()).isZero();
        peer.sends(ack(FIRST + 4000));
        peer.expectsNothingFor(seconds(5));
    }
}
