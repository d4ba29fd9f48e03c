// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;

/** Nagle's algorithm (RFC 9293 section 3.7.4), which is off unless TCP_NODELAY is turned off. */
class NagleTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    // RFC 9293: MUST-60.
    @Test
    void byDefaultSmallSegmentsLeaveAtOnce() {
        accepted();
        app.writes("a");
        peer.expects(data("a")).now();
        app.writes("b");
        peer.expects(data("b")).now();
        peer.sends(ack(FIRST + 2));
    }

    // RFC 9293: SHLD-7.
    @Test
    void withNagleASmallSegmentWaitsForAnAcknowledgment() {
        accepted();
        app.set(ChannelOption.TCP_NODELAY, false).writes("a");
        peer.expects(data("a")).now();
        app.writes("b");
        app.writes("c");
        peer.expectsNothingFor(ms(100));
        peer.sends(ack(FIRST + 1));
        peer.expects(data("bc")).now();
        peer.sends(ack(FIRST + 3));
    }

    @Test
    void withNagleFullSegmentsLeaveAtOnce() {
        accepted();
        app.set(ChannelOption.TCP_NODELAY, false).writes(2000);
        peer.expects(data(1000)).now();
        peer.expects(data(1000)).now();
        app.writes(500);
        peer.expectsNothingFor(ms(100));
        app.writes(500);
        peer.expects(data(1000).seq(FIRST + 2000)).now();
        peer.sends(ack(FIRST + 3000));
    }

    @Test
    void withNagleTheEndOfTheStreamDoesNotWait() {
        accepted();
        app.set(ChannelOption.TCP_NODELAY, false).writes("a");
        peer.expects(data("a")).now();
        app.writes("b");
        app.closes();
        peer.expects(fin().text("b").seq(FIRST + 1)).now();
        peer.sends(ack(FIRST + 3));
    }

    // What waits goes at once, as from a kernel's socket.
    // RFC 9293: MUST-17.
    @Test
    void nagleCanBeTurnedOffAgain() {
        accepted();
        app.set(ChannelOption.TCP_NODELAY, false).writes("a");
        peer.expects(data("a")).now();
        app.writes("b");
        app.set(ChannelOption.TCP_NODELAY, true);
        peer.expects(data("b")).now();
        app.writes("c");
        peer.expects(data("c")).now();
        peer.sends(ack(FIRST + 3));
    }
}
