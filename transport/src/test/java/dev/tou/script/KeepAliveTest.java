// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Probes of an idle connection (RFC 9293 section 3.8.4). */
class KeepAliveTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    /** Ten seconds of silence, then three probes two seconds apart. */
    private void keepsAlive() {
        script.options().keepIdleSeconds(10);
        script.options().keepIntervalSeconds(2);
        script.options().keepCount(3);
        app.set(ChannelOption.SO_KEEPALIVE, true);
        script.settle();
    }

    private SegmentScript probe() {
        return ack(PEER_FIRST).seq(FIRST - 1);
    }

    // MUST-25: off unless asked for.
    @Test
    void itIsOffByDefault() {
        accepted();
        peer.expectsNothingFor(seconds(100_000));
    }

    // MUST-28: no interval shorter than two hours by default.
    @Test
    void theDefaultIsTwoHours() {
        accepted(server -> server.childOption(ChannelOption.SO_KEEPALIVE, true));
        peer.expects(probe()).after(seconds(7200));
        peer.sends(ack(FIRST));
        peer.expects(probe()).after(seconds(7200));
        peer.expects(probe()).after(seconds(75));
        peer.sends(ack(FIRST));
    }

    // RFC 9293: SHLD-12.
    @Test
    void anAnswerKeepsItAlive() {
        accepted();
        keepsAlive();
        for (int i = 0; i < 5; i++) {
            peer.expects(probe()).after(seconds(10));
            peer.sends(ack(FIRST));
        }
        app.isOpen();
    }

    // RFC 9293: MUST-27.
    @Test
    void silenceEndsIt() {
        accepted();
        keepsAlive();
        peer.expects(probe()).after(seconds(10));
        peer.expects(probe()).after(seconds(2));
        peer.expects(probe()).after(seconds(2));
        peer.expectsNothingFor(ms(1_990));
        app.isOpen();
        peer.expects(rstAck(FIRST, PEER_FIRST)).within(ms(12));
        app.failedWith(SocketException.class, "Connection timed out: 3 keep-alive probes unanswered");
    }

    // MUST-29: the loss of one probe, or of its answer, says nothing.
    @Test
    void aLateAnswerBeginsAnew() {
        accepted();
        keepsAlive();
        peer.expects(probe()).after(seconds(10));
        peer.expects(probe()).after(seconds(2));
        script.passes(seconds(1));
        peer.sends(ack(FIRST));
        peer.expects(probe()).after(seconds(10));
        peer.sends(ack(FIRST));
    }

    // MUST-26: "no data or acknowledgment packets have been received for the connection within an interval".
    @Test
    void textOfThePeerPostponesIt() {
        accepted();
        keepsAlive();
        script.passes(seconds(7));
        peer.sends(data("hello"));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
        peer.expects(ack(PEER_FIRST + 5).seq(FIRST - 1)).after(seconds(10));
        peer.sends(ack(FIRST));
    }

    // "no sent data is outstanding": then repetitions do the asking.
    // RFC 9293: MUST-26.
    @Test
    void itIsSilentWhileTextIsOutstanding() {
        accepted();
        keepsAlive();
        script.passes(seconds(9));
        app.writes("hello");
        peer.expects(data("hello")).now();
        for (int millis = 200; millis <= 3200; millis *= 2) {
            peer.expects(data("hello")).after(ms(millis));
        }
        peer.sends(ack(FIRST + 5));
        peer.expects(ack(PEER_FIRST).seq(FIRST + 4)).after(seconds(10));
        peer.sends(ack(FIRST + 5));
    }

    // The peer has restarted and knows nothing of us.
    @Test
    void aProbeFindsAPeerThatHasForgotten() {
        accepted();
        keepsAlive();
        peer.expects(probe()).after(seconds(10));
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // RFC 9293: MUST-24.
    @Test
    void itCanBeTurnedOff() {
        accepted();
        keepsAlive();
        peer.expects(probe()).after(seconds(10));
        app.set(ChannelOption.SO_KEEPALIVE, false);
        peer.expectsNothingFor(seconds(100));
        app.isOpen();
    }

    // Before the handshake is complete there is nothing to probe.
    @Test
    void itDoesNotProbeAHandshake() {
        connects();
        peer.expects(syn(ISS)).now();
        script.options().keepIdleSeconds(1);
        script.passes(ms(500));
        assertThat(script.nowNanos()).as("the clock").isGreaterThan(seconds(1).toNanos());
        app.set(ChannelOption.SO_KEEPALIVE, true);
        peer.expectsNothingFor(ms(490));
        peer.expects(syn(ISS)).within(ms(20));
        peer.sends(synAck(IRS, ISS + 1));
        peer.expects(ack(PEER_FIRST)).now();
        peer.expects(probe()).after(seconds(1));
        peer.sends(ack(FIRST));
    }

    // RFC 9293 section 3.8.4: ours are answered like anybody's.
    @Test
    void aProbeOfThePeerIsAnswered() {
        accepted();
        for (int i = 0; i < 3; i++) {
            script.passes(seconds(5));
            peer.sends(ack(FIRST).seq(PEER_FIRST - 1));
            peer.expects(ack(PEER_FIRST).seq(FIRST)).now();
            // With a byte of garbage, as old implementations have it.
            peer.sends(data("?").seq(PEER_FIRST - 1));
            peer.expects(ack(PEER_FIRST).seq(FIRST)).now();
        }
        app.receivedNothing();
    }

    @Test
    void aProbeHasTimestamps() {
        accepted(syn(IRS).mss(1000).ts(100, 0), server -> {});
        keepsAlive();
        peer.expects(probe().options("ts")).after(seconds(10));
        peer.sends(ack(FIRST));
    }

    // A half-closed connection waits for the peer as long as the peer lives.
    @Test
    void itHoldsInFinWait2() {
        accepted(server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        keepsAlive();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST).seq(FIRST)).after(seconds(10));
        peer.sends(ack(FIRST + 1));
    }
}
