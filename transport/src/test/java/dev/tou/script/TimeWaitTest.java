// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.tou.channel.TouChannelOption;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.EventLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** TIME-WAIT (RFC 9293 section 3.6.1, RFC 1337, RFC 6191). */
@Tag("S5")
class TimeWaitTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    /** What the passive end adds to where the old connection ended. */
    private static final int BEYOND = 65_537;

    private void inTimeWait(SegmentScript syn) {
        inTimeWait(syn, server -> {});
    }

    private void inTimeWait(SegmentScript syn, Consumer<ServerBootstrap> settings) {
        accepted(syn, settings);
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    private void inTimeWait() {
        inTimeWait(syn(IRS).mss(1000));
    }

    // RFC 9293: MUST-13.
    @Test
    void itLastsTwiceTheMaximumSegmentLifetime() {
        inTimeWait();
        script.passes(ms(59_900));
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        script.passes(ms(200));
        assertThat(script.timeWaitRecords()).isZero();
    }

    // RFC 7323 section 4.3: what carries a newer timestamp, and is acceptable, is echoed.
    @Test
    void theTimestampOfTheFinThatCameAgainIsEchoed() {
        inTimeWait(syn(IRS).mss(1000).ts(100, 0));
        script.passes(ms(500));
        int later = peer.timestamp() + 500;
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1).ts(later, peer.tsRecent()));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1).tsEcho(later)).now();
    }

    @Test
    void theLifetimeIsAnOption() {
        accepted(server -> server.option(TouChannelOption.MSL, 1));
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        script.passes(ms(1_900));
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        script.passes(ms(200));
        assertThat(script.timeWaitRecords()).isZero();
    }

    // RFC 9293 section 3.10.7.4, eighth, TIME-WAIT: "Acknowledge it, and restart the 2 MSL timeout."
    @Test
    void aLateFinIsAcknowledgedAgainAndRestartsTheTimer() {
        inTimeWait();
        for (int i = 0; i < 3; i++) {
            script.passes(seconds(50));
            peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
            peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        }
        script.passes(ms(59_900));
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        script.passes(ms(200));
        assertThat(script.timeWaitRecords()).isZero();
    }

    // RFC 7323 section 3.2: with timestamps agreed, every segment has them, this one too.
    @Test
    void theAcknowledgmentOfALateFinHasTimestamps() {
        inTimeWait(syn(IRS).mss(1000).ts(100, 0));
        script.passes(seconds(1));
        int recent = peer.timestamp();
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
        WireSegment seen = peer.expects(ack(PEER_FIRST + 1).options("ts")).now();
        assertThat(seen.tsEcr).isLessThanOrEqualTo(recent);
    }

    // RFC 1337: a reset that is as old as everything else here does not end TIME-WAIT.
    @Test
    void aResetIsIgnored() {
        inTimeWait();
        peer.sends(rst(PEER_FIRST + 1));
        assertThat(script.drops(DropReason.RESET_IN_TIME_WAIT)).isEqualTo(1);
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
    }

    @Test
    void aPureAcknowledgmentDrawsNothing() {
        inTimeWait();
        peer.sends(ack(FIRST + 1));
        peer.expectsNothingFor(seconds(1));
    }

    // RFC 9293 section 3.10.7.4, first, and RFC 5961 section 5.2: an ACK from outside the window, or of what was never
    // sent, is answered; not more often than every 500 ms, so that two ends that have lost each other fall silent (A9).
    @Test
    void anUnacceptableAcknowledgmentIsAnsweredSparingly() {
        inTimeWait();
        peer.sends(ack(FIRST + 1).seq(PEER_FIRST - 100));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        peer.sends(ack(FIRST + 1).seq(PEER_FIRST - 100));
        peer.sends(ack(FIRST + 2));
        peer.expectsNothingFor(ms(499));
        script.passes(ms(1));
        peer.sends(ack(FIRST + 2));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        peer.expectsNothingFor(seconds(1));
    }

    // RFC 9293 section 3.10.7.4, first: old text is acknowledged; but not more often than every 500 ms.
    @Test
    void oldTextIsAcknowledgedSparingly() {
        inTimeWait();
        for (int i = 0; i < 5; i++) {
            peer.sends(data("old").seq(PEER_FIRST - 10).ack(FIRST));
            if (i == 0) {
                peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
            }
        }
        script.passes(ms(600));
        peer.sends(data("old").seq(PEER_FIRST - 10).ack(FIRST));
        peer.expects(ack(PEER_FIRST + 1)).now();
    }

    // RFC 9293 section 3.6.1, MAY-2: a SYN beyond the old sequence numbers opens anew, and ours are beyond the old ones
    // too.
    @Test
    void aSynWithAHigherNumberOpensAnew() {
        inTimeWait();
        peer.sends(syn(1000).mss(1000));
        int iss = FIRST + 1 + BEYOND;
        peer.expects(synAck(iss, 1001)).now();
        assertThat(script.timeWaitRecords()).isZero();
        peer.sends(ack(iss + 1));
        peer.sends(data("hello"));
        peer.expects(ack(1006)).now();
        script.apps().get(1).isActive().received("hello");
    }

    // RFC 9293 section 3.6.1, MAY-2: "returns to TIME-WAIT state if the SYN turns out to be an old duplicate", as
    // the peer's reset tells.
    @Test
    void afterASynThatTurnsOutToBeOldItGoesOn() {
        inTimeWait();
        script.passes(seconds(30));
        peer.sends(syn(1000).mss(1000));
        peer.expects(synAck(FIRST + 1 + BEYOND, 1001)).now();
        peer.sends(rst(1001));
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        // Two maximum segment lifetimes anew, as after a late FIN.
        script.passes(seconds(59));
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        script.passes(seconds(61));
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void afterAHandshakeThatIsCompletedThereIsNoWayBack() {
        inTimeWait();
        peer.sends(syn(1000).mss(1000));
        int iss = FIRST + 1 + BEYOND;
        peer.expects(synAck(iss, 1001)).now();
        peer.sends(ack(iss + 1));
        peer.sends(rst(1001));
        script.apps().get(1).failedWith(SocketException.class, "Connection reset by peer");
        assertThat(script.timeWaitRecords()).isZero();
    }

    // Its time has passed while nobody answered.
    @Test
    void afterAHandshakeThatTimesOutNothingIsLeftToProtect() {
        inTimeWait();
        script.passes(seconds(30));
        peer.sends(syn(1000).mss(1000));
        peer.expects(synAck(FIRST + 1 + BEYOND, 1001)).now();
        peer.stopsLooking();
        script.passes(seconds(70));
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void aSynWithALowerNumberDoesNot() {
        inTimeWait();
        peer.sends(syn(PEER_FIRST - 500));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    // RFC 6191 section 2: with a higher timestamp, whatever the sequence number.
    // RFC 9293: SHLD-4.
    @Test
    void aSynWithAHigherTimestampOpensAnew() {
        inTimeWait(syn(IRS).mss(1000).ts(100, 0));
        script.passes(seconds(2));
        peer.sends(syn(PEER_FIRST - 500).mss(1000).ts(50_000, 0));
        peer.expects(synAck().ack(PEER_FIRST - 499).tsEcho(50_000)).now();
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void aSynWithALowerTimestampDoesNot() {
        inTimeWait(syn(IRS).mss(1000).ts(100_000, 0));
        peer.sends(syn(1000).mss(1000).ts(99_000, 0));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    // Its address may be forged, like that of any SYN: what it makes has its place in the same queue.
    @Test
    void aSynBeyondTheHalfOpenOnesDoesNot() {
        inTimeWait(syn(IRS).mss(1000), server -> server.option(TouChannelOption.MAX_SYN_BACKLOG, 1));
        ScriptedPeer other = script.newPeer(5001);
        other.sends(syn(IRS));
        other.expects(synAck()).now();
        peer.sends(syn(1000).mss(1000));
        peer.expectsNothingFor(ms(10));
        assertThat(script.drops(DropReason.SYN_QUEUE_FULL)).isEqualTo(1);
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        other.sends(rst(IRS + 1));
        peer.sends(syn(1000).mss(1000));
        int iss = FIRST + 1 + BEYOND;
        peer.expects(synAck(iss, 1001)).now();
        assertThat(script.timeWaitRecords()).isZero();
        peer.sends(ack(iss + 1));
    }

    @Test
    void aSynFromASourceThatIsNotAdmittedAnyMoreDoesNot() {
        AtomicBoolean admitted = new AtomicBoolean(true);
        inTimeWait(
                syn(IRS).mss(1000), server -> server.option(TouChannelOption.SOURCE_FILTER, remote -> admitted.get()));
        admitted.set(false);
        peer.sends(syn(1000).mss(1000));
        peer.expectsNothingFor(ms(10));
        assertThat(script.drops(DropReason.SOURCE_NOT_ADMITTED)).isEqualTo(1);
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    // Not for a listener that has gone.
    @Test
    void withoutListenerNothingOpensAnew() {
        inTimeWait();
        script.stopsListening();
        peer.sends(syn(1000).mss(1000));
        peer.expects(ack(PEER_FIRST + 1)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    // The end that closed second forgets at once.
    @Test
    void theOtherEndDoesNotWait() {
        accepted();
        peer.sends(fin());
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void theClientWaitsToo() {
        connected();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        script.passes(seconds(30));
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        peer.sends(rst(PEER_FIRST + 1));
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    // --- what can be seen of it ---

    // Of the connection nothing is left but the record, unless somebody looks: then it is seen to end.
    @Test
    void aListenerHearsTheEnd() {
        EventLog log = new EventLog(ISS + 1);
        connected(
                synAck(IRS, ISS + 1).mss(1000),
                client -> client.option(TouChannelOption.TRANSPORT_LISTENER, connection -> log));
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        assertThat(log.take("state")).endsWith("state FIN-WAIT-1", "state FIN-WAIT-2", "state TIME-WAIT");
        script.passes(seconds(50));
        peer.sends(fin().seq(PEER_FIRST).ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        script.passes(ms(59_900));
        assertThat(log.take("state")).isEmpty();
        script.passes(ms(200));
        assertThat(log.take("state")).containsExactly("state CLOSED");
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void aChannelThatIsStillOpenShowsTheEnd() {
        accepted(server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        assertThat(app.info().state()).isEqualTo(TcpState.TIME_WAIT);
        script.passes(ms(59_900));
        assertThat(app.info().state()).isEqualTo(TcpState.TIME_WAIT);
        script.passes(ms(200));
        assertThat(app.info().state()).isEqualTo(TcpState.CLOSED);
        app.closes();
        app.isClosed();
    }

    @Test
    void anApplicationThatClosesMeanwhileLeavesNothingBehind() {
        accepted(server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        assertThat(script.resources().wheel().size())
                .as("of the record and of the connection")
                .isEqualTo(2);
        app.closes();
        assertThat(script.resources().wheel().size()).as("of the record").isEqualTo(1);
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }
}
