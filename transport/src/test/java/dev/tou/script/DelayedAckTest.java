// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;

/** When text that came in order is acknowledged (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2, RFC 1122 section 4.2.3.2). */
class DelayedAckTest extends ScriptedTest {

    private static final int QUICK = 16;

    // The peer is in slow start, and every acknowledgment opens its window.
    @Test
    void theFirst16SegmentsAreAcknowledgedAtOnce() {
        accepted();
        for (int i = 1; i <= QUICK; i++) {
            peer.sends(data(10));
            peer.expects(ack(IRS + 1 + 10 * i)).now();
        }
        peer.sends(data(10));
        peer.expectsNothingFor(ms(39));
        peer.expects(ack(IRS + 1 + 10 * QUICK + 10)).within(ms(2));
        app.received(10 * QUICK + 10);
    }

    // RFC 9293, MUST-40: within half a second; ours is 40 ms.
    @Test
    void aLoneSegmentIsAcknowledgedAfter40Millis() {
        accepted();
        usesUpQuickAcks();
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(40));
        app.received("hello");
        peer.sends(data("hello").psh());
        peer.expects(ack(peer.nxt())).after(ms(40));
        app.received("hello");
    }

    // RFC 5681 section 4.2: "an ACK SHOULD be generated for at least every second full-sized segment".
    @Test
    void theSecondSegmentIsAcknowledgedAtOnce() {
        accepted();
        usesUpQuickAcks();
        peer.sends(data(1000));
        peer.expectsNothingFor(ms(10));
        peer.sends(data(1000));
        peer.expects(ack(peer.nxt())).now();
        peer.expectsNothingFor(ms(100));
        app.received(2000);
    }

    @Test
    void segmentsOfOneBurstCostOneAcknowledgment() {
        accepted();
        usesUpQuickAcks();
        peer.sendsTogether(data(1000), data(1000), data(1000), data(1000));
        peer.expects(ack(peer.nxt())).now();
        peer.expectsNothingFor(ms(100));
        app.received(4000);
    }

    @Test
    void anAcknowledgmentRidesOnAReply() {
        accepted();
        usesUpQuickAcks();
        peer.sends(data("hello"));
        script.passes(ms(10));
        app.received("hello").writes("world");
        peer.expects(data("world").ack(peer.nxt())).now();
        peer.expectsNothingFor(ms(100));
        peer.sends(ack(ISS + 6));
    }

    @Test
    void theDelayIsAnOption() {
        accepted(server -> server.option(TouChannelOption.DELAYED_ACK, 300));
        usesUpQuickAcks();
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(300));
        app.received("hello");
    }

    // A peer of ours has been told, in its own option, how long we wait.
    @Test
    void betweenOurOwnEndsTheDelayIs25MillisAnd8ForALonePush() {
        accepted(syn(IRS).mss(1000).ackDelay(), server -> {});
        usesUpQuickAcks();
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(25));
        app.received("hello");
        peer.sends(data("hello").psh());
        peer.expects(ack(peer.nxt())).after(ms(8));
        app.received("hello");
    }

    // RFC 5681 section 4.2: out of order, and when that ends, at once.
    @Test
    void theDelayEndsWhenTextComesOutOfOrder() {
        accepted();
        usesUpQuickAcks();
        int next = peer.nxt();
        peer.sends(data(10).seq(next));
        peer.sends(data(10).seq(next + 20));
        peer.expects(ack(next + 10)).now();
        peer.sends(data(10).seq(next + 10));
        peer.expects(ack(next + 30)).now();
        peer.expectsNothingFor(ms(100));
        app.received(30);
    }

    @Test
    void quickAcknowledgmentsAreAnOption() {
        accepted();
        usesUpQuickAcks();
        app.set(TouChannelOption.QUICK_ACK, true);
        for (int i = 0; i < 20; i++) {
            peer.sends(data("hello"));
            peer.expects(ack(peer.nxt())).now();
            app.received("hello");
        }
        app.set(TouChannelOption.QUICK_ACK, false);
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(40));
        app.received("hello");
    }

    // What waits already goes at once, as on Linux.
    @Test
    void quickAcknowledgmentsEndTheDelay() {
        accepted();
        usesUpQuickAcks();
        peer.sends(data("hello"));
        peer.expectsNothingFor(ms(10));
        app.set(TouChannelOption.QUICK_ACK, true);
        peer.expects(ack(peer.nxt())).now();
        app.received("hello");
    }

    private void usesUpQuickAcks() {
        for (int i = 0; i < QUICK; i++) {
            peer.sends(data(10));
            peer.expects(ack(peer.nxt())).now();
        }
        app.received(10 * QUICK);
    }
}
