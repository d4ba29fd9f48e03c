// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;

import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.syn;
import static org.assertj.core.api.Assertions.assertThat;

/** The receive window, closed and opened (RFC 9293 sections 3.8.6 and 3.10.7.4). */
class ReceiveWindowTest extends ScriptedTest {

    private static final int FIRST = IRS + 1;

    /** A buffer of 4000 bytes that nobody reads, 1000 of them free for each full segment. */
    private void acceptedAndNobodyReads() {
        accepted(server -> server.option(ChannelOption.SO_RCVBUF, 4000));
        app.stopsReading();
    }

    private void fills() {
        for (int i = 1; i <= 4; i++) {
            peer.sends(data(1000));
            peer.expects(ack(FIRST + 1000 * i).win(4000 - 1000 * i)).now();
        }
    }

    @Test
    void theWindowClosesAsTheBufferFills() {
        acceptedAndNobodyReads();
        fills();
        peer.expectsNothingFor(seconds(10));
        app.readsAll();
        app.received(4000);
        peer.expects(ack(FIRST + 4000).win(4000)).now();
        peer.sends(data(1000));
        app.received(1000);
        peer.expects(ack(FIRST + 5000).win(4000)).now();
    }

    // "Segments with higher beginning sequence numbers SHOULD be held"; what is beyond the window is cut off.
    @Test
    void textBeyondTheWindowIsTrimmed() {
        acceptedAndNobodyReads();
        peer.sendsTogether(data(1000), data(1000), data(1000), data(900));
        peer.expects(ack(FIRST + 2000).win(2000)).now();
        peer.expects(ack(FIRST + 3900).win(100)).now();
        peer.sends(data(1000));
        peer.expects(ack(FIRST + 4000).win(0)).now();
        app.readsAll();
        peer.expects(ack(FIRST + 4000).win(4000)).now();
        app.received(4000);
        peer.sends(data(900).seq(FIRST + 4000));
        peer.expects(ack(FIRST + 4900)).now();
        app.received(900);
    }

    @Test
    void textBehindTheWindowIsDropped() {
        acceptedAndNobodyReads();
        peer.sends(data(10).seq(FIRST + 4000));
        peer.expects(ack(FIRST).win(4000)).now();
        peer.sends(data(10).seq(FIRST + 100_000));
        peer.expects(ack(FIRST).win(4000)).now();
        assertThat(script.drops(DropReason.OUT_OF_WINDOW)).isEqualTo(2);
    }

    // RFC 9293 section 3.8.6.1, MAY-8: a probe with a byte draws an acknowledgment, and the byte is not taken.
    @Test
    void aProbeOfTheClosedWindowIsAnswered() {
        acceptedAndNobodyReads();
        fills();
        for (int i = 0; i < 3; i++) {
            script.passes(seconds(1));
            peer.sends(data(1).seq(FIRST + 4000));
            peer.expects(ack(FIRST + 4000).win(0)).now();
        }
        app.readsAll();
        app.received(4000);
        peer.expects(ack(FIRST + 4000).win(4000)).now();
    }

    // What Linux and we ourselves send as a probe: no text, and a number that is acknowledged already.
    @Test
    void aProbeWithoutTextIsAnswered() {
        acceptedAndNobodyReads();
        fills();
        for (int i = 0; i < 3; i++) {
            script.passes(seconds(1));
            peer.sends(ack().seq(FIRST + 3999));
            peer.expects(ack(FIRST + 4000).win(0)).now();
        }
    }

    // A probe that is not answered looks to its sender as if we were gone (section 3.8.6.1, MUST-37).
    @Test
    void probesThatFollowEachOtherSoonAreAllAnswered() {
        acceptedAndNobodyReads();
        fills();
        for (int millis = 60; millis < 1000; millis *= 2) {
            script.passes(ms(millis));
            peer.sends(ack().seq(FIRST + 3999));
            peer.expects(ack(FIRST + 4000).win(0)).now();
        }
    }

    // Whoever forges them gets no more than that.
    @Test
    void manyProbesAtOnceAreAnsweredByOne() {
        acceptedAndNobodyReads();
        fills();
        for (int i = 0; i < 10; i++) {
            peer.sends(ack().seq(FIRST + 3999));
        }
        peer.expects(ack(FIRST + 4000).win(0)).now();
        peer.expectsNothingFor(seconds(1));
    }

    // Not in the RFC, but in newer Linux: a FIN needs no room, and when there is some its sender may be there no more.
    @Test
    void aFinIsTakenThatFollowsTheLastByteOfAFullWindow() {
        acceptedAndNobodyReads();
        fills();
        peer.sends(fin());
        peer.expects(ack(FIRST + 4001).win(0)).now();
        theStreamEnds();
    }

    @Test
    void aFinIsTakenThatComesWithTheLastByteOfTheWindow() {
        acceptedAndNobodyReads();
        for (int i = 1; i <= 3; i++) {
            peer.sends(data(1000));
            peer.expects(ack(FIRST + 1000 * i).win(4000 - 1000 * i)).now();
        }
        peer.sends(fin().bytes(1000));
        peer.expects(ack(FIRST + 4001).win(0)).now();
        theStreamEnds();
    }

    @Test
    void aFinIsTakenThatIsRepeatedWithTextOfAFullWindow() {
        acceptedAndNobodyReads();
        fills();
        peer.sends(fin().bytes(1000).seq(FIRST + 3000));
        peer.expects(ack(FIRST + 4001).win(0)).now();
        theStreamEnds();
    }

    private void theStreamEnds() {
        script.passes(seconds(600));
        app.readsAll();
        app.received(4000);
        peer.expects(ack(FIRST + 4001).win(4000)).now();
        peer.expects(fin().seq(ISS + 1).ack(FIRST + 4001)).now();
        peer.sends(ack(ISS + 2).seq(FIRST + 4001));
        app.isClosed();
    }

    @Test
    void textInFrontOfAFinStillNeedsRoom() {
        acceptedAndNobodyReads();
        fills();
        peer.sends(fin().bytes(1).seq(FIRST + 4000));
        peer.expects(ack(FIRST + 4000).win(0)).now();
        peer.sends(fin().seq(FIRST + 4001));
        peer.expects(ack(FIRST + 4000).win(0)).now();
    }

    // "special allowance should be made to accept valid ACKs" while the window is closed.
    @Test
    void acknowledgmentsCountWhileTheWindowIsClosed() {
        acceptedAndNobodyReads();
        fills();
        app.writes("hello");
        peer.expects(data("hello").win(0)).now();
        peer.sends(data(1).seq(FIRST + 4000).ack(ISS + 6));
        peer.expects(ack(FIRST + 4000).seq(ISS + 6).win(0)).now();
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 9293, MUST-66. What was read before stays readable, so the failure comes behind it.
    @Test
    void aResetCountsWhileTheWindowIsClosed() {
        acceptedAndNobodyReads();
        fills();
        peer.sends(rst(FIRST + 4000));
        app.readsAll();
        app.received(4000);
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // RFC 9293 section 3.8.6.2.2, MUST-39: the window opens by a segment or half the buffer, not by crumbs.
    @Test
    void crumbsDoNotOpenTheWindow() {
        acceptedAndNobodyReads();
        fills();
        app.channel().config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(100).maxMessagesPerRead(1));
        for (int i = 0; i < 9; i++) {
            app.reads();
            app.received(100);
        }
        peer.sends(data(1).seq(FIRST + 4000));
        peer.expects(ack(FIRST + 4000).win(0)).now();
        app.reads();
        peer.expects(ack(FIRST + 4000).win(1000)).now();
        app.received(100);
    }

    @Test
    void anOpenWindowIsNotAnnouncedForEveryRead() {
        acceptedAndNobodyReads();
        peer.sends(data(1000));
        peer.expects(ack(FIRST + 1000).win(3000)).now();
        app.reads();
        app.received(1000);
        peer.expectsNothingFor(seconds(1));
        peer.sends(data(1000));
        peer.expects(ack(FIRST + 2000).win(3000)).now();
    }

    // RFC 9293 section 3.8.6: "TCP peers SHOULD NOT shrink the window"; reading out of the queue never makes up for it.
    // RFC 9293: SHLD-14.
    @Test
    void theRightEdgeNeverMovesBack() {
        acceptedAndNobodyReads();
        int edge = FIRST + 4000;
        for (int bytes : new int[] {1, 999, 500, 1, 1, 1000}) {
            peer.sends(data(bytes));
            WireSegment seen = peer.expects(ack(peer.nxt())).now();
            assertThat(seen.ack + seen.window).isEqualTo(edge);
        }
    }

    // RFC 7323 section 2.3: the field is the window shifted right.
    @Test
    void theWindowIsScaled() {
        accepted(syn(IRS).mss(1000).wscale(0), server -> server.option(ChannelOption.SO_RCVBUF, 1 << 18));
        app.stopsReading();
        peer.sends(data(1000));
        peer.expects(ack(FIRST + 1000).win((1 << 18) - 1000 + 7 >> 3)).now();
    }
}
