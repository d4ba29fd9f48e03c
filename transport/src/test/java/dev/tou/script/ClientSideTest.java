// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.ConnectException;
import java.net.SocketException;

import dev.tou.channel.TouChannelOption;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;

/** Once established both ends are alike; the rules that most depend on the handshake, seen from the end that opened. */
class ClientSideTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    private SegmentScript everything() {
        return synAck(IRS, ISS + 1).mss(1012).sackOk().ts(100, 0).wscale(4).win(0xFFFF);
    }

    // RFC 6298 section 2.2: the SYN-ACK is the first sample.
    @Test
    void theHandshakeIsTheFirstSample() {
        connects();
        peer.expects(syn(ISS)).now();
        script.passes(ms(300));
        peer.sends(synAck(IRS, ISS + 1));
        peer.expects(ack(PEER_FIRST)).now();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(900));
    }

    @Test
    void allOptionsAreInForce() {
        connected(everything(), client -> {});
        app.writes(1001);
        peer.expects(data(1000).seq(FIRST).options("ts").tsEcho(100)).now();
        peer.expects(data(1).tsEcho(100)).now();
        peer.sends(ack(FIRST + 1001));
        peer.sends(data(10).seq(PEER_FIRST + 10));
        peer.expects(ack(PEER_FIRST).sack(PEER_FIRST + 10, PEER_FIRST + 20).options("ts", "sack"))
                .now();
        peer.sends(data(10).seq(PEER_FIRST).noTs());
        peer.sends(data(10).seq(PEER_FIRST));
        peer.expects(ack(PEER_FIRST + 20)).now();
        app.received(20);
    }

    // The window of our SYN is a promise that is not scaled; the next segment says how large it really is.
    @Test
    void theWindowIsScaledAfterTheHandshake() {
        connects(client -> client.option(ChannelOption.SO_RCVBUF, 1 << 20));
        peer.expects(syn(ISS).win(0xFFFF).wscale(5)).now();
        peer.sends(everything());
        peer.expects(ack(PEER_FIRST).win((1 << 20) >> 5)).now();
    }

    @Test
    void silenceEndsIt() {
        connected(synAck(IRS, ISS + 1), client -> client.option(TouChannelOption.RETRIES2, 2));
        app.writes("hello");
        peer.expects(data("hello")).now();
        peer.expects(data("hello")).after(ms(200));
        peer.expects(data("hello")).after(ms(400));
        peer.expectsNothingFor(ms(801));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    @Test
    void aClosedWindowIsProbed() {
        connected(synAck(IRS, ISS + 1).win(0), client -> {});
        app.writes("hello");
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(ms(200));
        peer.sends(ack(FIRST).win(100));
        peer.expects(data("hello").seq(FIRST)).now();
        peer.sends(ack(FIRST + 5));
    }

    @Test
    void keepAliveBeginsWithTheHandshake() {
        connected(synAck(IRS, ISS + 1), client -> client.option(ChannelOption.SO_KEEPALIVE, true));
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(seconds(7200));
        peer.sends(ack(FIRST));
    }

    @Test
    void closeWithUnreadTextResets() {
        connected(synAck(IRS, ISS + 1), client -> client.option(ChannelOption.AUTO_READ, false));
        peer.sends(data("hello"));
        peer.expects(ack(PEER_FIRST + 5)).now();
        app.closes();
        peer.expects(rstAck(FIRST, PEER_FIRST + 5)).now();
    }

    // S8: the host is there, and nobody at the port.
    // RFC 9293: MUST-54.
    @Test
    void aPortWithoutSocketRefuses() {
        script.connectsToNobody();
        script.settle();
        app.connectFailedWith(ConnectException.class, "Connection refused");
    }
}
