// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static org.assertj.core.api.Assertions.assertThat;

/** What lies exactly at an edge, or far beyond one. */
class AtTheEdgesTest extends ScriptedTest {

    private static final int FIRST = IRS + 1;

    /** A peer that has filled our window and lost its first segment has no other sequence number to acknowledge with. */
    @Test
    void anAcknowledgmentAtTheRightEdgeCounts() {
        accepted(server -> server.option(ChannelOption.SO_RCVBUF, 4000));
        app.writes("abc");
        peer.expects(data("abc").seq(ISS + 1)).now();
        peer.sends(data(1000).seq(FIRST + 3000).ack(ISS + 1));
        peer.expects(ack(FIRST)).now();
        peer.sends(ack(ISS + 4).seq(FIRST + 4000));
        assertThat(script.connection().retransmissionQueue.isEmpty()).isTrue();
        for (int sent = 0; sent < 3000; sent += 1000) {
            peer.sends(data(1000).seq(FIRST + sent).ack(ISS + 4));
            peer.expects(ack(sent < 2000 ? FIRST + sent + 1000 : FIRST + 4000)).now();
        }
        app.received(4000);
    }

    /** Refused for want of memory, its place is known; repeated in order it must be taken. */
    @Test
    void aFinThatWasRefusedIsTakenWhenItComesAgain() {
        accepted(server -> server.option(ChannelOption.SO_RCVBUF, 2048));
        for (int i = 1; i < 20; i += 2) {
            peer.sends(data(1).seq(FIRST + i));
            peer.expects(ack(FIRST)).now();
        }
        peer.sends(fin().seq(FIRST + 22).text("x"));
        peer.expects(ack(FIRST)).now();
        peer.sends(data(22).seq(FIRST));
        peer.expects(ack(FIRST + 22)).now();
        app.received(22);
        peer.sends(fin().seq(FIRST + 22).text("x"));
        app.received("x");
        peer.expects(fin().ack(FIRST + 24)).now();
        peer.sends(ack(ISS + 2).seq(FIRST + 24));
    }

    /** RFC 9293 section 3.10.7.4, first, holds in TIME-WAIT as well. */
    @Test
    void aForeignFinDoesNotProlongTimeWait() {
        accepted();
        app.closes();
        peer.expects(fin().seq(ISS + 1).ack(FIRST)).now();
        peer.sends(fin().seq(FIRST).ack(ISS + 2));
        peer.expects(ack(FIRST + 1)).now();
        script.passes(seconds(50));
        peer.sends(fin().seq(FIRST + 1_000_000).ack(ISS + 12_345));
        peer.expects(ack(FIRST + 1)).now();
        peer.sends(fin().seq(FIRST + 1_000_000).ack(ISS + 12_345));
        peer.expectsNothingFor(ms(100)); // not more often than every 500 ms
        script.passes(seconds(10));
        peer.sends(ack(ISS + 2).seq(FIRST + 1));
        peer.expects(rst(ISS + 2)).now();
    }
}
