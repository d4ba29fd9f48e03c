// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.finWith;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Closing in order (RFC 9293 sections 3.6 and 3.10.4). */
@Tag("S4")
class CloseTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    private void acceptedWithHalfClosure() {
        accepted(server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    private void inState(TcpState state) {
        assertThat(script.connection().state()).isEqualTo(state);
    }

    private void isInTimeWait() {
        assertThat(script.timeWaitRecords()).isEqualTo(1);
    }

    private void isGone() {
        assertThat(script.timeWaitRecords()).isZero();
        peer.sends(ack(FIRST + 500));
        peer.expects(rst(FIRST + 500)).now();
    }

    // --- figure 12: normal close ---

    @Test
    void weCloseFirst() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST)).now();
        inState(TcpState.FIN_WAIT_1);
        peer.sends(ack(FIRST + 1));
        inState(TcpState.FIN_WAIT_2);
        script.passes(seconds(1));
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        isInTimeWait();
        app.isClosed();
    }

    @Test
    void weCloseFirstAsTheClient() {
        connected();
        app.closes();
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST)).now();
        peer.sends(ack(FIRST + 1));
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        isInTimeWait();
    }

    @Test
    void thePeerClosesFirst() {
        acceptedWithHalfClosure();
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST)).now();
        inState(TcpState.CLOSE_WAIT);
        app.sawEvent(ChannelInputShutdownEvent.class);
        script.passes(seconds(1));
        app.closes();
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST + 1)).now();
        inState(TcpState.LAST_ACK);
        peer.sends(ack(FIRST + 1));
        app.isClosed();
        isGone();
    }

    // Without half-closure the application's answer to the FIN is at once, and rides on its acknowledgment.
    @Test
    void threeSegmentsCloseBothDirections() {
        accepted();
        peer.sends(fin());
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST + 1)).now();
        app.isClosed();
        peer.sends(ack(FIRST + 1));
        isGone();
    }

    @Test
    void threeSegmentsCloseBothDirectionsWhenWeBegin() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        isInTimeWait();
    }

    // --- figure 13: simultaneous close ---

    @Test
    void bothCloseAtTheSameTime() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST)).now();
        peer.sends(fin().ack(FIRST));
        peer.expects(ack(PEER_FIRST + 1).seq(FIRST + 1)).now();
        inState(TcpState.CLOSING);
        peer.sends(ack(FIRST + 1));
        isInTimeWait();
    }

    // In CLOSING our FIN is repeated too, if it was lost.
    @Test
    void bothCloseAtTheSameTimeAndOurFinIsLost() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST));
        peer.expects(ack(PEER_FIRST + 1)).now();
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST + 1)).after(ms(200));
        peer.sends(ack(FIRST + 1));
        isInTimeWait();
    }

    // --- half close ---

    @Test
    void afterOurHalfCloseThePeerMaySend() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        script.passes(seconds(300));
        peer.sends(data("still here"));
        app.received("still here");
        peer.expects(ack(PEER_FIRST + 10).seq(FIRST + 1)).now();
        peer.sends(finWith("bye"));
        app.received("bye");
        peer.expects(ack(PEER_FIRST + 14)).now();
        app.sawEvent(ChannelInputShutdownEvent.class);
        isInTimeWait();
        app.closes();
        app.isClosed();
    }

    @Test
    void afterThePeersHalfCloseWeMaySend() {
        acceptedWithHalfClosure();
        peer.sends(finWith("question"));
        app.received("question");
        peer.expects(ack(PEER_FIRST + 9)).now();
        script.passes(seconds(300));
        app.writes("answer");
        peer.expects(data("answer").seq(FIRST).ack(PEER_FIRST + 9)).now();
        peer.sends(ack(FIRST + 6));
        app.closes();
        peer.expects(fin().seq(FIRST + 6)).now();
        peer.sends(ack(FIRST + 7));
        isGone();
    }

    // --- what is unsent, and what is unread ---

    @Test
    void whatWasWrittenIsDeliveredAfterClose() {
        accepted();
        app.writes(15_000);
        for (int i = 0; i < 10; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        app.closes();
        app.isClosed();
        peer.sends(ack(FIRST + 10_000));
        for (int i = 10; i < 14; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        peer.expects(fin().bytes(1000).seq(FIRST + 14_000).psh()).now();
        peer.sends(ack(FIRST + 15_001));
        inState(TcpState.FIN_WAIT_2);
    }

    // RFC 9293 section 3.10.4, RFC 2525 section 2.17: what was received and never read must not look delivered.
    // RFC 9293: SHLD-3.
    @Test
    void closeWithUnreadTextResets() {
        accepted();
        app.stopsReading();
        peer.sends(data("hello"));
        peer.expects(ack(PEER_FIRST + 5)).now();
        app.closes();
        peer.expects(rstAck(FIRST, PEER_FIRST + 5)).now();
        isGone();
    }

    // Text for an application that has gone: it should know.
    @Test
    void textAfterCloseIsReset() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(data("hello").ack(FIRST + 1));
        peer.expects(rstAck(FIRST + 1, PEER_FIRST)).now();
        isGone();
    }

    // --- the FIN of the peer, at odd places ---

    @Test
    void aFinOutOfOrderWaitsForTheGap() {
        acceptedWithHalfClosure();
        peer.sends(fin().seq(PEER_FIRST + 5));
        peer.expects(ack(PEER_FIRST)).now();
        inState(TcpState.ESTABLISHED);
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 6)).now();
        inState(TcpState.CLOSE_WAIT);
        app.sawEvent(ChannelInputShutdownEvent.class);
    }

    @Test
    void aFinWithTextOutOfOrderWaitsForTheGap() {
        acceptedWithHalfClosure();
        peer.sends(finWith("world").seq(PEER_FIRST + 5));
        peer.expects(ack(PEER_FIRST)).now();
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("helloworld");
        peer.expects(ack(PEER_FIRST + 11)).now();
        inState(TcpState.CLOSE_WAIT);
    }

    // The peer repeats everything up to its FIN in one segment.
    @Test
    void aFinThatIsRepeatedWithAllTextFillsTheGap() {
        acceptedWithHalfClosure();
        peer.sends(finWith("world").seq(PEER_FIRST + 5));
        peer.expects(ack(PEER_FIRST)).now();
        peer.sends(finWith("helloworld").seq(PEER_FIRST));
        app.received("helloworld");
        peer.expects(ack(PEER_FIRST + 11)).now();
        inState(TcpState.CLOSE_WAIT);
    }

    @Test
    void aRepeatedFinIsAcknowledgedAgain() {
        acceptedWithHalfClosure();
        for (int i = 0; i < 3; i++) {
            peer.sends(fin().seq(PEER_FIRST));
            peer.expects(ack(PEER_FIRST + 1)).now();
        }
        inState(TcpState.CLOSE_WAIT);
    }

    // "This should not occur since a FIN has been received from the remote side. Ignore the segment text."
    @Test
    void textBehindTheFinIsIgnored() {
        acceptedWithHalfClosure();
        peer.sends(fin().seq(PEER_FIRST));
        peer.expects(ack(PEER_FIRST + 1)).now();
        peer.sends(data("more").seq(PEER_FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        app.receivedNothing();
    }

    @Test
    void aFinBeyondTheWindowIsNotTaken() {
        accepted(server ->
                server.option(ChannelOption.SO_RCVBUF, 2048).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        app.stopsReading();
        peer.sends(data(1000));
        peer.expects(ack(PEER_FIRST + 1000)).now();
        peer.sends(fin().bytes(1049));
        peer.expects(ack(PEER_FIRST + 2048).win(0)).now();
        inState(TcpState.ESTABLISHED);
        app.readsAll();
        app.received(2048);
        peer.expects(ack(PEER_FIRST + 2048).win(2048)).now();
        peer.sends(fin().bytes(1).seq(PEER_FIRST + 2048));
        peer.expects(ack(PEER_FIRST + 2050)).now();
        app.received(1);
        inState(TcpState.CLOSE_WAIT);
    }

    // An acknowledgment of our FIN may carry text of the peer.
    @Test
    void textInFinWait1IsReceived() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(data("hello").ack(FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5).seq(FIRST + 1)).now();
        peer.sends(finWith("!").ack(FIRST + 1));
        app.received("!");
        peer.expects(ack(PEER_FIRST + 7)).now();
        isInTimeWait();
    }

    // --- nobody answers ---

    // Linux, tcp_fin_timeout: an orphan does not wait for ever for a peer that never closes.
    @Test
    void anOrphanWaitsAMinuteInFinWait2() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        peer.expectsNothingFor(ms(59_900));
        inState(TcpState.FIN_WAIT_2);
        script.passes(ms(200));
        peer.sends(fin());
        peer.expects(rst(FIRST + 1)).now();
    }

    @Test
    void aResetInLastAckEndsIt() {
        accepted();
        peer.sends(fin());
        peer.expects(fin().seq(FIRST).ack(PEER_FIRST + 1)).now();
        peer.sends(rst(PEER_FIRST + 1));
        isGone();
        app.isClosed();
    }

    @Test
    void aResetInFinWait2TellsAnApplicationThatStillReads() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }
}
