// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;
import java.time.Duration;

import dev.tou.telemetry.DropReason;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Timestamps and the protection against wrapped sequence numbers (RFC 7323 sections 3 to 5). */
class TimestampsTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    /** The clock of the peer wraps after half a second. */
    private static final int CLOCK = -500;

    private void acceptedWithTimestamps() {
        accepted(syn(IRS).mss(1000).ts(CLOCK, 0), server -> {});
    }

    // --- what we send ---

    @Test
    void everySegmentHasThem() {
        acceptedWithTimestamps();
        script.passes(ms(300));
        app.writes("hello");
        int value = peer.expects(data("hello").options("ts").tsEcho(CLOCK)).now().tsVal;
        script.passes(ms(100));
        peer.sends(ack(FIRST + 5));
        app.writes("world");
        WireSegment later = peer.expects(data("world").tsEcho(CLOCK + 400)).now();
        assertThat(later.tsVal - value).isEqualTo(100);
        peer.sends(fin().ack(FIRST + 10));
        peer.expects(fin().options("ts")).now();
        peer.sends(ack(FIRST + 11));
    }

    // RFC 7323 section 4.3: the SYN comes again, and its echo shall measure the round trip and not the peer's patience.
    @Test
    void aRepeatedSynIsEchoed() {
        listens();
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        peer.expects(synAck(ISS, IRS + 1).tsEcho(CLOCK)).now();
        script.passes(ms(900));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK + 900, 0));
        peer.expects(synAck(ISS, IRS + 1).tsEcho(CLOCK + 900)).now();
        // One that was overtaken changes nothing, and neither does one that somebody has packed without.
        peer.sends(syn(IRS).mss(1000).ts(CLOCK + 500, 0));
        peer.expects(synAck(ISS, IRS + 1).tsEcho(CLOCK + 900)).now();
        peer.sends(syn(IRS).mss(1000).noTs());
        peer.expects(synAck(ISS, IRS + 1).tsEcho(CLOCK + 900)).now();
        peer.sends(ack(ISS + 1).ts(CLOCK + 901, 0));
        app.isActive();
    }

    // RFC 7323 section 5.4: the clock of a connection begins anywhere.
    @Test
    void theOffsetDiffersBetweenConnections() {
        acceptedWithTimestamps();
        ScriptedPeer other = script.newPeer(5001);
        other.sends(syn(IRS).ts(1, 0));
        int theirs = other.expects(synAck()).now().tsVal;
        app.writes("x");
        int ours = peer.expects(data("x")).now().tsVal;
        assertThat(Math.abs((long) ours - theirs)).isGreaterThan(1000);
        peer.sends(ack(FIRST + 1));
    }

    // RFC 7323 section 4.3, rule (2): of segments that come together, the one that the last acknowledgment waited for.
    @Test
    void aDelayedAcknowledgmentEchoesTheFirstOfWhatItAcknowledges() {
        acceptedWithTimestamps();
        for (int i = 0; i < 16; i++) {
            peer.sends(data(10));
            peer.expects(ack(peer.nxt())).now();
        }
        app.received(160);
        script.passes(ms(5));
        int first = peer.timestamp();
        peer.sends(data(10));
        script.passes(ms(5));
        peer.sends(data(10));
        peer.expects(ack(peer.nxt()).tsEcho(first)).now();
        app.received(20);
    }

    // "a segment that arrives out of order": the echo stays that of the last one in order.
    @Test
    void aSegmentBehindAGapIsNotEchoed() {
        acceptedWithTimestamps();
        peer.sends(data("a").seq(PEER_FIRST).ts(CLOCK + 10, 0));
        peer.expects(ack(PEER_FIRST + 1).tsEcho(CLOCK + 10)).now();
        peer.sends(data("c").seq(PEER_FIRST + 2).ts(CLOCK + 30, 0));
        peer.expects(ack(PEER_FIRST + 1).tsEcho(CLOCK + 10)).now();
        peer.sends(data("b").seq(PEER_FIRST + 1).ts(CLOCK + 20, 0));
        peer.expects(ack(PEER_FIRST + 3).tsEcho(CLOCK + 20)).now();
        app.received("abc");
    }

    // --- PAWS (section 5) ---

    // "R1 ... SEG.TSval < TS.Recent ... send an acknowledgment in reply ... and drop the segment."
    @Test
    void anOldTimestampIsDroppedAndAnswered() {
        acceptedWithTimestamps();
        peer.sends(data("hello").seq(PEER_FIRST).ts(CLOCK + 100, 0));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5).tsEcho(CLOCK + 100)).now();
        peer.sends(data("evil").seq(PEER_FIRST + 5).ts(CLOCK + 99, 0));
        peer.expects(ack(PEER_FIRST + 5).tsEcho(CLOCK + 100)).now();
        assertThat(script.drops(DropReason.OLD_TIMESTAMP)).isEqualTo(1);
        app.receivedNothing();
        peer.sends(data("good").seq(PEER_FIRST + 5).ts(CLOCK + 100, 0));
        app.received("good");
        peer.expects(ack(PEER_FIRST + 9)).now();
    }

    // The peer's clock goes over zero in the middle.
    @Test
    void theClockOfThePeerWraps() {
        acceptedWithTimestamps();
        for (int i = 0; i < 10; i++) {
            script.passes(ms(100));
            int now = peer.timestamp();
            peer.sends(data("hello"));
            app.received("hello");
            peer.expects(ack(peer.nxt()).tsEcho(now)).now();
        }
        assertThat(peer.timestamp()).isPositive();
    }

    // Between our own ends a tick is known to be a millisecond, and what was overtaken by a tenth of a second is no old
    // duplicate; the echo does not go back.
    @Test
    void whatWasOvertakenIsTaken() {
        accepted(syn(IRS).mss(1000).ts(CLOCK, 0).ackDelay(), server -> {});
        peer.sends(data("hello").seq(PEER_FIRST).ts(CLOCK + 500, 0));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5).tsEcho(CLOCK + 500)).now();
        peer.sends(data("late").seq(PEER_FIRST + 5).ts(CLOCK + 400, 0));
        app.received("late");
        peer.expects(ack(PEER_FIRST + 9).tsEcho(CLOCK + 500)).now();
        peer.sends(data("old").seq(PEER_FIRST + 9).ts(CLOCK + 399, 0));
        peer.expects(ack(PEER_FIRST + 9).tsEcho(CLOCK + 500)).now();
        app.receivedNothing();
    }

    // Section 5.2: "<RST> segments MUST NOT be subjected to the PAWS check".
    @Test
    void aResetIsExempt() {
        acceptedWithTimestamps();
        peer.sends(rst(PEER_FIRST).ts(CLOCK - 1000, 0));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    @Test
    void aResetNeedsNone() {
        acceptedWithTimestamps();
        peer.sends(rst(PEER_FIRST).noTs());
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // Section 3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment."
    @Test
    void aSegmentWithoutIsDropped() {
        acceptedWithTimestamps();
        peer.sends(data("evil").seq(PEER_FIRST).noTs());
        peer.expectsNothingFor(seconds(1));
        app.receivedNothing();
        assertThat(script.drops(DropReason.OLD_TIMESTAMP)).isEqualTo(1);
    }

    // RFC 5961 section 4.2 stands above: a peer that has restarted without timestamps must hear that we still live.
    @Test
    void aSynWithoutIsChallenged() {
        acceptedWithTimestamps();
        peer.sends(syn(0x4000_0000));
        peer.expects(ack(PEER_FIRST).seq(FIRST)).now();
    }

    @Test
    void aSynWithAnOldOneIsChallenged() {
        acceptedWithTimestamps();
        peer.sends(syn(0x4000_0000).ts(CLOCK - 5000, 0));
        peer.expects(ack(PEER_FIRST).seq(FIRST)).now();
    }

    // Section 5.5: what was remembered 24 days ago says nothing, since the clock may have gone half round.
    @Test
    void aTimestampOlderThan24DaysIsForgotten() {
        acceptedWithTimestamps();
        script.passes(Duration.ofDays(24).minusSeconds(1));
        peer.sends(data("evil").seq(PEER_FIRST).ts(CLOCK - 1, 0));
        peer.expects(ack(PEER_FIRST)).now();
        script.passes(seconds(2));
        peer.sends(data("hello").seq(PEER_FIRST).ts(CLOCK - 1, 0));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5).tsEcho(CLOCK - 1)).now();
    }

    // --- poison: a timestamp of somebody who guesses must not shut the peer out (section 5.3, R1 to R3 in order) ---

    @Test
    void aSegmentOutsideTheWindowIsNotRemembered() {
        acceptedWithTimestamps();
        peer.sends(data("evil").seq(PEER_FIRST - 100_000).ts(CLOCK + 0x4000_0000, 0));
        peer.expects(ack(PEER_FIRST).tsEcho(CLOCK)).now();
        isUnharmed();
    }

    @Test
    void aSegmentWithABadAcknowledgmentIsNotRemembered() {
        acceptedWithTimestamps();
        peer.sends(data("evil").seq(PEER_FIRST).ack(FIRST + 1000).ts(CLOCK + 0x4000_0000, 0));
        peer.expects(ack(PEER_FIRST).tsEcho(CLOCK)).now();
        isUnharmed();
    }

    @Test
    void aChallengedSynIsNotRemembered() {
        acceptedWithTimestamps();
        peer.sends(data("a").seq(PEER_FIRST));
        peer.expects(ack(PEER_FIRST + 1)).now();
        app.received("a");
        peer.sendsForged(syn(PEER_FIRST + 1).ts(CLOCK + 0x4000_0000, 0));
        peer.expects(ack(PEER_FIRST + 1).tsEcho(CLOCK)).now();
        peer.sends(data("b").seq(PEER_FIRST + 1));
        app.received("b");
        peer.expects(ack(PEER_FIRST + 2)).now();
    }

    // In SYN-RECEIVED, too: what does not complete the handshake changes nothing.
    @Test
    void aSegmentThatDoesNotCompleteTheHandshakeIsNotRemembered() {
        listens();
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(ack(FIRST + 7).ts(CLOCK + 0x4000_0000, 0));
        peer.expects(rst(FIRST + 7)).now();
        peer.sends(ack(FIRST));
        app.isActive();
        isUnharmed();
    }

    private void isUnharmed() {
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }
}
