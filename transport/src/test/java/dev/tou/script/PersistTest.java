// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;
import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.DeliveryProblem;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.syn;
import static org.assertj.core.api.Assertions.assertThat;

/** The window of the peer, small, closed and shrunk (RFC 9293 section 3.8.6). */
class PersistTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private SegmentScript probe() {
        return ack(IRS + 1).seq(FIRST - 1);
    }

    private void acceptedWithClosedWindow() {
        accepted();
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
    }

    // RFC 9293 section 3.8.6.1, MUST-36 and SHLD-29 and 30: the first probe after a timeout, then twice as long.
    // RFC 9293: MUST-35, SHLD-30.
    @Test
    void aClosedWindowIsProbedWithBackOff() {
        acceptedWithClosedWindow();
        for (long millis = 200; millis < 60_000; millis *= 2) {
            peer.expects(probe()).after(ms(millis));
            peer.sends(ack(FIRST).win(0));
        }
        for (int i = 0; i < 3; i++) {
            peer.expects(probe()).after(seconds(60));
            peer.sends(ack(FIRST).win(0));
        }
        peer.sends(ack(FIRST).win(1000));
        peer.expects(data("hello")).now();
        peer.sends(ack(FIRST + 5));
        peer.expectsNothingFor(seconds(5));
    }

    // MUST-37: "As long as the receiving TCP peer continues to send acknowledgments in response to the probe segments,
    // the sending TCP peer MUST allow the connection to stay open."
    @Test
    void aPeerThatAnswersMayKeepItsWindowClosedForDays() {
        acceptedWithClosedWindow();
        for (int i = 0; i < 2000; i++) {
            peer.expects(probe()).within(seconds(61));
            peer.sends(ack(FIRST).win(0));
        }
        app.isOpen();
        peer.sends(ack(FIRST).win(5));
        peer.expects(data("hello")).now();
        peer.sends(ack(FIRST + 5));
    }

    // One that does not is as dead as one that acknowledges nothing.
    @Test
    void aPeerThatIsSilentIsGivenUp() {
        accepted(server -> server.option(TouChannelOption.RETRIES2, 3));
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
        for (long millis = 200; millis <= 800; millis *= 2) {
            peer.expects(probe()).after(ms(millis));
        }
        peer.expectsNothingFor(ms(1590));
        app.isOpen();
        peer.expectsNothingFor(ms(20));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    @Test
    void theUserTimeoutHoldsForAClosedWindowToo() {
        accepted(server -> server.option(TouChannelOption.USER_TIMEOUT, 1000));
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
        peer.expects(probe()).after(ms(200));
        peer.expects(probe()).after(ms(400));
        peer.expectsNothingFor(ms(620));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    // RFC 5961 section 7: whoever answers one may leave those unanswered that follow within half a second, as Linux.
    // RFC 9293: MUST-37.
    @Test
    void aProbeSoonAfterOneThatWasAnsweredNeedsNoAnswer() {
        accepted(
                syn(IRS).mss(1000),
                server -> server.option(TouChannelOption.USER_TIMEOUT, 250).option(TouChannelOption.RETRIES1, 2));
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
        peer.expects(probe()).after(ms(200));
        script.passes(ms(100));
        peer.sends(ack(FIRST).win(0));
        peer.expects(probe()).after(ms(150)); // and nobody answers
        for (int i = 0; i < 3; i++) {
            peer.expects(probe()).within(seconds(60)); // more than half a second after the answer
            script.passes(ms(10));
            peer.sends(ack(FIRST).win(0));
            peer.expects(probe()).after(ms(240));
        }
        app.isOpen();
        assertThat(app.events(DeliveryProblem.class)).isEmpty();
        peer.sends(ack(FIRST).win(5));
        peer.expects(data("hello")).now();
        peer.sends(ack(FIRST + 5));
    }

    // The window opens without being asked.
    @Test
    void anUpdateEndsTheProbes() {
        acceptedWithClosedWindow();
        script.passes(ms(100));
        peer.sends(ack(FIRST).win(3));
        // Not half of the largest window that there was, so it waits until the timer says that nothing better comes.
        peer.expects(data("hel").seq(FIRST)).after(ms(100));
        peer.sends(ack(FIRST + 3).win(10));
        peer.expects(data("lo").seq(FIRST + 3)).within(ms(1));
        peer.sends(ack(FIRST + 5));
        peer.expectsNothingFor(seconds(5));
    }

    // The back-off begins anew when the window closes again.
    @Test
    void aSecondClosureIsProbedAfterATimeoutAgain() {
        acceptedWithClosedWindow();
        peer.expects(probe()).after(ms(200));
        peer.expects(probe()).after(ms(400));
        peer.sends(ack(FIRST).win(5));
        peer.expects(data("hello")).now();
        peer.sends(ack(FIRST + 5).win(0));
        app.writes("world");
        peer.expects(ack().seq(FIRST + 4)).after(ms(200));
        peer.sends(ack(FIRST + 5).win(5));
        peer.expects(data("world")).now();
        peer.sends(ack(FIRST + 10));
    }

    // --- silly window avoidance (section 3.8.6.2.1, MUST-38) ---

    @Test
    void aWindowBelowASegmentWaitsForMore() {
        accepted();
        peer.sends(ack(FIRST).win(0)); // between equal segments only a larger window counts, or a closed one
        peer.sends(ack(FIRST).win(1500));
        app.writes(3000);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expectsNothingFor(ms(100));
        peer.sends(ack(FIRST + 1000).win(1999));
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        peer.sends(ack(FIRST + 2000).win(999));
        // The override timeout: what there is, is used after all.
        peer.expects(data(999).seq(FIRST + 2000)).within(ms(400));
        peer.sends(ack(FIRST + 2999).win(999));
        peer.expects(data(1).seq(FIRST + 2999)).now();
        peer.sends(ack(FIRST + 3000));
    }

    // "(3) or if at least a fraction Fs of the maximum window can be sent", for peers with tiny buffers.
    @Test
    void halfOfTheLargestWindowIsEnough() {
        listens();
        peer.sends(syn(IRS).mss(1000).win(600));
        peer.expects(Segments.synAck(ISS, IRS + 1)).now();
        peer.sends(ack(ISS + 1).win(600));
        app.isActive().writes(1000);
        peer.expects(data(600).seq(FIRST)).now();
        peer.sends(ack(FIRST + 600).win(300));
        peer.expects(data(300).seq(FIRST + 600)).now();
        peer.sends(ack(FIRST + 900).win(99));
        peer.expectsNothingFor(ms(190));
        peer.expects(data(99).seq(FIRST + 900)).within(ms(12));
        peer.sends(ack(FIRST + 999).win(600));
        peer.expects(data(1).seq(FIRST + 999)).now();
        peer.sends(ack(FIRST + 1000));
    }

    // --- a window that shrinks (section 3.8.6: "a sending TCP peer MUST be robust against window shrinking") ---

    // RFC 9293: MUST-34, SHLD-15, SHLD-16.
    @Test
    void textBeyondAShrunkWindowIsRepeatedUntilItFits() {
        accepted();
        app.writes(3000);
        for (int i = 0; i < 3; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        peer.sends(ack(FIRST + 1000).win(1000));
        app.writes("more");
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(200));
        peer.sends(ack(FIRST + 2000).win(2000));
        peer.expects(data("more").seq(FIRST + 3000)).now(); // RFC 5682 section 2.1, step 2b: new text tells
        peer.sends(ack(FIRST + 2000).win(2000));
        peer.expects(data(1000).seq(FIRST + 2000)).now();
        peer.sends(ack(FIRST + 3004));
    }

    // While the peer answers, a window shrunk to nothing is no reason to die either (MUST-37).
    // RFC 9293: MUST-34, SHLD-17.
    @Test
    void aWindowShrunkToNothingIsProbedAsLongAsItIsAnswered() {
        accepted(server -> server.option(TouChannelOption.RETRIES2, 3));
        app.writes(2000);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        peer.sends(ack(FIRST + 1000).win(0));
        for (int i = 0; i < 20; i++) {
            peer.expects(data(1000).seq(FIRST + 1000)).within(seconds(61));
            peer.sends(ack(FIRST + 1000).win(0));
        }
        app.isOpen();
        peer.sends(ack(FIRST + 1000).win(5000));
        peer.expects(data(1000).seq(FIRST + 1000)).within(Duration.ofSeconds(61));
        peer.sends(ack(FIRST + 2000));
    }

    // Text before a FIN waits for the window, and the FIN behind it.
    @Test
    void aFinWaitsBehindTheTextThatWaits() {
        acceptedWithClosedWindow();
        app.closes();
        peer.expects(probe()).after(ms(200));
        peer.sends(ack(FIRST).win(100));
        peer.expects(fin().text("hello").seq(FIRST)).now();
        peer.sends(ack(FIRST + 6));
    }
}
