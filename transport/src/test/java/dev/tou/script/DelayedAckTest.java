// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.AckKind;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** When text that came in order is acknowledged (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2, RFC 1122 section 4.2.3.2). */
class DelayedAckTest extends ScriptedTest {

    private static final int QUICK = 16;
    private static final int COUNTED = 64;

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
    // RFC 9293: SHLD-18.
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
    // RFC 9293: SHLD-19.
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

    // RFC 3465 section 2.3: a peer may open its window by two segments for an acknowledgment and no more, so in its
    // slow start
    // a burst draws one for every two, each of them for something new.
    @Test
    void theFirst64SegmentsDrawAnAcknowledgmentForEveryTwo() {
        accepted();
        int first = peer.nxt();
        SegmentScript[] burst = new SegmentScript[9];
        for (int i = 0; i < burst.length; i++) {
            burst[i] = data(1000);
        }
        peer.sendsTogether(burst);
        for (int i = 1; i <= 4; i++) {
            peer.expects(ack(first + 2000 * i)).now();
        }
        peer.expects(ack(first + 9000)).now();
        peer.expectsNothingFor(ms(100));
        app.received(9000);
        assertThat(counted(AckKind.IMMEDIATE)).isEqualTo(5);
    }

    // RFC 9293: MUST-58, MUST-59.
    @Test
    void afterwardsSegmentsOfOneBurstCostOneAcknowledgment() {
        accepted();
        usesUpCountedSegments();
        peer.sendsTogether(data(1000), data(1000), data(1000), data(1000));
        peer.expects(ack(peer.nxt())).now();
        peer.expectsNothingFor(ms(100));
        app.received(4000);
    }

    private void usesUpCountedSegments() {
        for (int i = 0; i < COUNTED; i++) {
            peer.sends(data(10));
        }
        app.received(10 * COUNTED);
        script.passes(ms(100));
        peer.takesAll();
    }

    /** One of ours, 40 ms away, in whose last round trip 96 segments came. */
    private void flowsFromOneOfOurs() {
        peer = script.listens(server -> {});
        peer.sends(syn(IRS).mss(1000).wscale(0).ackDelay());
        peer.expects(synAck()).now();
        script.passes(ms(40));
        peer.sends(ack(ISS + 1));
        usesUpCountedSegments();
        script.passes(ms(1000));
        SegmentScript[] burst = new SegmentScript[96];
        for (int i = 0; i < burst.length; i++) {
            burst[i] = data(1000);
        }
        peer.sends(data(1000));
        peer.sendsTogether(burst);
        script.passes(ms(40));
        peer.sends(data(1000));
        script.passes(ms(20));
        peer.takesAll();
        app.received(98_000);
    }

    // PROTOCOL 3: between our own ends, up to 10 segments or a quarter of a round trip; 96 segments are 16 times 6.
    @Test
    void oneOfOursIsAnsweredSixteenTimesInARoundTrip() {
        flowsFromOneOfOurs();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) {
                peer.sends(data(1000));
                peer.expectsNothingFor(ms(0));
            }
            peer.sends(data(1000));
            peer.expects(ack(peer.nxt())).now();
        }
        app.received(18_000);
    }

    // It must not wait for segments that its sender may not send.
    @Test
    void oneOfOursIsAnsweredAfterAQuarterOfARoundTrip() {
        flowsFromOneOfOurs();
        peer.sends(data(1000));
        peer.sends(data(1000));
        peer.expects(ack(peer.nxt())).after(ms(10));
        app.received(2000);
    }

    // What counts is how it all went: each kind of acknowledgment is counted for what it was.
    @Test
    void everyKindIsCounted() {
        accepted(server -> server.option(ChannelOption.SO_RCVBUF, 4000));
        usesUpQuickAcks();
        assertThat(counted(AckKind.IMMEDIATE)).isEqualTo(QUICK);
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(40));
        assertThat(counted(AckKind.DELAYED)).isOne();
        peer.sends(data("hello").seq(peer.nxt() - 5));
        peer.expects(ack(peer.nxt())).now();
        assertThat(counted(AckKind.DUPLICATE)).isOne();
        peer.sends(data("hello"));
        app.received("hellohello").writes("world");
        peer.expects(data("world").ack(peer.nxt())).now();
        assertThat(script.connection().counters.piggybackedAcknowledgments).isOne();
        peer.sends(ack(ISS + 6));
        app.stopsReading();
        peer.sends(data(1000));
        peer.sends(data(1000));
        peer.takesAll();
        app.readsAll();
        app.received(2000);
        peer.expects(ack(peer.nxt()).win(4000)).now();
        assertThat(counted(AckKind.WINDOW_UPDATE)).isOne();
    }

    private long counted(AckKind kind) {
        return script.connection().counters.acknowledgments[kind.ordinal()];
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

    // A peer of ours has been told, in its own option, how long we wait; the timer's tick of a millisecond is part of
    // it.
    @Test
    void betweenOurOwnEndsTheDelayIs25MillisAnd8ForALonePush() {
        accepted(syn(IRS).mss(1000).ackDelay(), server -> {});
        usesUpQuickAcks();
        peer.sends(data("hello"));
        peer.expects(ack(peer.nxt())).after(ms(24));
        app.received("hello");
        peer.sends(data("hello").psh());
        peer.expects(ack(peer.nxt())).after(ms(7));
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
