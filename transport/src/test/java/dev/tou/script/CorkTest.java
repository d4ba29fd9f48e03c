// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.syn;

/** {@code TCP_CORK}: only full segments leave, but nothing waits longer than 200 ms. */
class CorkTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private void corked() {
        accepted();
        app.set(TouChannelOption.CORK, true);
    }

    // RFC 9293: MUST-60.
    @Test
    void lessThanASegmentWaits200Millis() {
        corked();
        app.writes("a");
        script.passes(ms(100));
        app.writes("b");
        peer.expects(data("ab").seq(FIRST)).after(ms(100));
        peer.sends(ack(FIRST + 2));
        peer.expectsNothingFor(seconds(5));
        app.writes("c");
        peer.expects(data("c")).after(ms(200));
        peer.sends(ack(FIRST + 3));
    }

    // Between our own ends the retransmission timeout is shorter, and has nothing to do with it.
    @Test
    void lessThanASegmentWaits200MillisBetweenOurOwnEndsToo() {
        accepted(syn(IRS).mss(1000).ackDelay(), server -> {});
        app.set(TouChannelOption.CORK, true).writes("a");
        peer.expects(data("a").seq(FIRST)).after(ms(200));
        peer.sends(ack(FIRST + 1));
    }

    // RFC 9293: SHLD-28.
    @Test
    void fullSegmentsLeaveAtOnceAndTheRestWaits() {
        corked();
        app.writes(2500);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        // An acknowledgment is no reason, as it would be for Nagle.
        peer.sends(ack(FIRST + 2000));
        peer.expectsNothingFor(ms(100));
        app.writes(600);
        peer.expects(data(1000).seq(FIRST + 2000)).now();
        peer.sends(ack(FIRST + 3000));
        peer.expects(data(100).seq(FIRST + 3000)).within(ms(200));
        peer.sends(ack(FIRST + 3100));
    }

    @Test
    void pullingTheCorkLetsGo() {
        corked();
        app.writes(10);
        app.writes(10);
        peer.expectsNothingFor(ms(50));
        app.set(TouChannelOption.CORK, false);
        peer.expects(data(20).seq(FIRST)).now();
        app.writes("x");
        peer.expects(data("x")).now();
        peer.sends(ack(FIRST + 21));
    }

    // Pulled, it is Nagle's turn.
    @Test
    void nagleIsOnlyHidden() {
        corked();
        app.set(ChannelOption.TCP_NODELAY, false).writes("a");
        app.set(TouChannelOption.CORK, false);
        peer.expects(data("a").seq(FIRST)).now();
        app.writes("b");
        peer.expectsNothingFor(ms(100));
        peer.sends(ack(FIRST + 1));
        peer.expects(data("b")).now();
        peer.sends(ack(FIRST + 2));
    }

    @Test
    void theEndOfTheStreamDoesNotWait() {
        corked();
        app.writes("a");
        app.closes();
        peer.expects(fin().text("a").seq(FIRST)).now();
        peer.sends(ack(FIRST + 2));
    }

    @Test
    void aClosedWindowIsProbedAllTheSame() {
        corked();
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
        peer.expects(ack(IRS + 1).seq(FIRST - 1)).after(ms(200));
        peer.sends(ack(FIRST).win(1000));
        peer.expects(data("hello").seq(FIRST)).within(ms(200));
        peer.sends(ack(FIRST + 5));
    }

    // A full segment is more, and so is half the largest window, so only our own timer lets it go. It also asks for the
    // update that was lost.
    @Test
    void aWindowOfLessThanASegmentIsUsedAllTheSame() {
        corked();
        peer.sends(ack(FIRST).win(0)); // between equal segments only a larger window counts, or a closed one
        peer.sends(ack(FIRST).win(500));
        app.writes(5100);
        peer.expects(data(500).seq(FIRST)).after(ms(200));
        peer.sends(ack(FIRST + 500).win(0));
        peer.expects(ack(IRS + 1).seq(FIRST + 499)).within(ms(210));
        peer.sends(ack(FIRST + 500));
        peer.expects(data(500).seq(FIRST + 500)).now();
        for (int sent = 1000; sent < 5000; sent += 1000) {
            peer.expects(data(1000).seq(FIRST + sent)).now();
        }
        peer.sends(ack(FIRST + 5000));
        peer.expects(data(100).seq(FIRST + 5000)).within(ms(200));
        peer.sends(ack(FIRST + 5100));
    }
}
