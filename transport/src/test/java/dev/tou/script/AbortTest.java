// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;

import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static org.assertj.core.api.Assertions.assertThat;

/** ABORT in every state (RFC 9293 section 3.10.5), which is SO_LINGER 0, and resets from the peer. */
@Tag("S15")
class AbortTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    private void acceptedWithHalfClosure() {
        accepted(server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    private void inState(TcpState state) {
        assertThat(script.connection().state()).isEqualTo(state);
    }

    private void abortsWith(SegmentScript reset) {
        app.aborts();
        peer.expects(reset).now();
        app.isClosed();
        peer.expectsNothingFor(seconds(70));
    }

    private void abortsInSilence() {
        app.aborts();
        peer.expectsNothingFor(seconds(70));
    }

    @Test
    void inEstablished() {
        accepted();
        abortsWith(rstAck(FIRST, PEER_FIRST));
    }

    @Test
    void inEstablishedAsTheClient() {
        connected();
        abortsWith(rstAck(FIRST, PEER_FIRST));
    }

    // "Any queued segments ... should be flushed": what was sent or waits is forgotten.
    @Test
    void inEstablishedWithTextOnItsWay() {
        accepted();
        app.writes(20_000);
        for (int i = 0; i < 10; i++) {
            peer.expects(data(1000)).now();
        }
        abortsWith(rstAck(FIRST + 10_000, PEER_FIRST));
    }

    @Test
    void inEstablishedWithTimestamps() {
        accepted(Segments.syn(IRS).mss(1000).ts(100, 0), server -> {});
        app.aborts();
        peer.expects(rstAck(FIRST, PEER_FIRST).options("ts").tsEcho(100)).now();
    }

    @Test
    void inFinWait1() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        inState(TcpState.FIN_WAIT_1);
        abortsWith(rstAck(FIRST + 1, PEER_FIRST));
    }

    @Test
    void inFinWait2() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(ack(FIRST + 1));
        inState(TcpState.FIN_WAIT_2);
        abortsWith(rstAck(FIRST + 1, PEER_FIRST));
    }

    @Test
    void inCloseWait() {
        acceptedWithHalfClosure();
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1)).now();
        inState(TcpState.CLOSE_WAIT);
        abortsWith(rstAck(FIRST, PEER_FIRST + 1));
    }

    // "CLOSING STATE, LAST-ACK STATE, TIME-WAIT STATE: Respond with 'ok' and delete the TCB": no reset.
    @Test
    void inClosing() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST));
        peer.expects(ack(PEER_FIRST + 1)).now();
        inState(TcpState.CLOSING);
        abortsInSilence();
    }

    @Test
    void inLastAck() {
        acceptedWithHalfClosure();
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1)).now();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        inState(TcpState.LAST_ACK);
        abortsInSilence();
    }

    @Test
    void inTimeWait() {
        acceptedWithHalfClosure();
        app.shutsDownOutput();
        peer.expects(fin().seq(FIRST)).now();
        peer.sends(fin().ack(FIRST + 1));
        peer.expects(ack(PEER_FIRST + 1)).now();
        abortsInSilence();
    }

    // A listener that closes resets the half-open connection when its handshake completes.
    @Test
    void inSynReceived() {
        listens();
        peer.sends(Segments.syn(IRS));
        peer.expects(Segments.synAck(ISS, IRS + 1)).now();
        script.stopsListening();
        peer.sends(ack(FIRST));
        peer.expects(rstAck(FIRST, PEER_FIRST)).now();
        peer.expectsNothingFor(seconds(70));
    }

    // --- SO_LINGER above zero ---

    @Test
    void lingerWaitsForThePeer() {
        accepted();
        app.set(ChannelOption.SO_LINGER, 5).writes("hello");
        peer.expects(data("hello")).now();
        app.closes();
        peer.expects(fin().seq(FIRST + 5)).now();
        assertThat(app.channel().closeFuture().isDone()).isFalse();
        script.passes(ms(50));
        peer.sends(ack(FIRST + 6));
        app.isClosed();
        peer.expectsNothingFor(seconds(1));
    }

    @Test
    void lingerInVainResets() {
        accepted();
        app.set(ChannelOption.SO_LINGER, 1).writes("hello");
        peer.expects(data("hello")).now();
        app.closes();
        peer.expects(fin().seq(FIRST + 5)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        peer.expects(fin().seq(FIRST + 5)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(400));
        peer.expects(fin().seq(FIRST + 5)).now();
        peer.expects(rstAck(FIRST + 6, PEER_FIRST)).after(ms(398));
        app.isClosed();
        peer.expectsNothingFor(seconds(70));
    }

    // --- the peer resets (RFC 9293 section 3.10.7.4, second) ---

    // RFC 9293: MUST-12.
    @Test
    void aResetTellsTheApplication() {
        accepted();
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
        peer.expectsNothingFor(seconds(10));
    }

    @Test
    void aResetTellsTheClient() {
        connected();
        peer.sends(rstAck(PEER_FIRST, FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // What came before the reset is read before the failure.
    @Test
    void textBeforeAResetIsStillRead() {
        accepted();
        peer.sendsTogether(data("hello"), rst(PEER_FIRST + 5));
        app.received("hello");
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    @Test
    void aResetFailsWhatWaitsToBeWritten() {
        accepted(server -> server.childOption(ChannelOption.SO_SNDBUF, 4000));
        io.netty.channel.ChannelFuture write = app.writes(20_000);
        for (int i = 0; i < 4; i++) {
            peer.expects(data(1000)).now();
        }
        assertThat(write.isDone()).isFalse();
        peer.sends(rst(PEER_FIRST));
        assertThat(write.isDone()).isTrue();
        assertThat(write.isSuccess()).isFalse();
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    @Test
    void aResetInCloseWaitTellsTheApplication() {
        acceptedWithHalfClosure();
        peer.sends(fin());
        peer.expects(ack(PEER_FIRST + 1)).now();
        peer.sends(rst(PEER_FIRST + 1));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }
}
