// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.Errno;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What ICMP says of a connected UDP socket (RFC 9293 section 3.9.2.2): hard in SYN-SENT, soft afterwards, because it comes without
 * the segment that it is about and anybody may forge it (RFC 5927).
 */
class UnreachableTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    private void manyTimes(Errno errno) {
        for (int i = 0; i < 100; i++) {
            script.icmp(errno);
        }
    }

    // RFC 9293: MUST-54.
    @Test
    void anUnreachableHostEndsAHandshakeAtOnce() {
        connects();
        peer.expects(syn(ISS)).now();
        script.icmp(Errno.EHOSTUNREACH);
        app.connectFailedWith(NoRouteToHostException.class, "No route to host");
    }

    @Test
    void anUnreachableNetworkEndsAHandshakeAtOnce() {
        connects();
        peer.expects(syn(ISS)).now();
        script.icmp(Errno.ENETUNREACH);
        app.connectFailedWith(NoRouteToHostException.class, "Network is unreachable");
    }

    // What was sent and what was repeated once may both have met a stray message; so may what is not outstanding.
    // RFC 9293: MUST-56.
    @Test
    void strayMessagesEndNothing() {
        connected();
        manyTimes(Errno.ECONNREFUSED);
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        manyTimes(Errno.ECONNREFUSED);
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        manyTimes(Errno.ECONNREFUSED);
        script.passes(ms(300));
        manyTimes(Errno.ECONNREFUSED);
        script.passes(ms(50));
        app.isOpen();
        peer.sends(ack(FIRST + 5));
        app.isOpen();
    }

    // S7: nobody has the peer's port any more.
    // RFC 9293: SHLD-26.
    @Test
    void aSecondRepetitionThatIsDeniedEndsIt() {
        connected();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.icmp(Errno.ECONNREFUSED);
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        script.icmp(Errno.ECONNREFUSED);
        app.isOpen();
        peer.expects(data("hello").seq(FIRST)).after(ms(400));
        app.isOpen();
        script.icmp(Errno.ECONNREFUSED);
        Throwable caught = app.failedWith(SocketException.class, "Connection reset by peer: 10.0.0.1:");
        assertThat(caught)
                .hasMessageContaining("3 tries in 0.6 s found nobody at the peer's UDP port")
                .hasMessageContaining("the last segment came 0.6 s ago")
                .hasCauseInstanceOf(PortUnreachableException.class);
    }

    @Test
    void whatIsHeardInBetweenRefutesIt() {
        connected();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        script.icmp(Errno.ECONNREFUSED);
        peer.sends(ack(FIRST));
        script.icmp(Errno.ECONNREFUSED);
        peer.expects(data("hello").seq(FIRST)).within(ms(410));
        script.icmp(Errno.ECONNREFUSED);
        app.isOpen();
        peer.expects(data("hello").seq(FIRST)).within(ms(810));
        script.icmp(Errno.ECONNREFUSED);
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // A host that cannot be reached may be reached again: that never ends a connection, and explains its end.
    // RFC 9293: MUST-54, MUST-56, SHLD-25.
    @Test
    void anUnreachableHostIsTheCauseOfTheTimeout() {
        connected(synAck(IRS, ISS + 1).mss(1000), client -> client.option(TouChannelOption.RETRIES2, 3));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        for (int millis = 200; millis <= 800; millis *= 2) {
            manyTimes(Errno.EHOSTUNREACH);
            peer.expects(data("hello").seq(FIRST)).after(ms(millis));
        }
        manyTimes(Errno.EHOSTUNREACH);
        app.isOpen();
        peer.expectsNothingFor(ms(1601));
        Throwable caught = app.failedWith(SocketException.class, "Connection timed out: 10.0.0.1:");
        assertThat(caught)
                .hasMessageContaining("no acknowledgment for 3.0 s (tries: 4)")
                .cause()
                .isInstanceOf(NoRouteToHostException.class)
                .hasMessage("No route to host");
    }

    @Test
    void onceThePeerIsHeardItExplainsNothing() {
        connected(synAck(IRS, ISS + 1).mss(1000), client -> client.option(TouChannelOption.RETRIES2, 1));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.icmp(Errno.EHOSTUNREACH);
        peer.sends(ack(FIRST + 5));
        app.writes("world");
        peer.expects(data("world").seq(FIRST + 5)).now();
        peer.expects(data("world").seq(FIRST + 5)).after(ms(200));
        peer.expectsNothingFor(ms(401));
        assertThat(app.failedWith(SocketException.class, "Connection timed out"))
                .hasNoCause();
    }

    // Who waits for nothing does not remember what may have been about others.
    @Test
    void whatIsSaidToTheIdleExplainsNothing() {
        connected(synAck(IRS, ISS + 1).mss(1000), client -> client.option(TouChannelOption.RETRIES2, 1));
        script.icmp(Errno.EHOSTUNREACH);
        script.passes(seconds(1));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).within(ms(300));
        peer.expectsNothingFor(ms(500));
        assertThat(app.failedWith(SocketException.class, "Connection timed out"))
                .hasNoCause();
    }

    // The own host has no way to the peer: nothing leaves at all.
    @Test
    void whatTheOwnHostRefusesIsTheCauseToo() {
        connected(synAck(IRS, ISS + 1).mss(1000), client -> client.option(TouChannelOption.USER_TIMEOUT, 1000));
        script.hostRefuses(Errno.ENETUNREACH);
        app.writes("hello");
        peer.expectsNothingFor(ms(990));
        app.isOpen();
        // It counts from the first try.
        peer.expectsNothingFor(ms(200));
        assertThat(app.failedWith(SocketException.class, "Connection timed out"))
                .cause()
                .isInstanceOf(NoRouteToHostException.class)
                .hasMessage("Network is unreachable");
    }

    // One who waits and says nothing finds out by keep-alive, without all nine probes.
    @Test
    void twoKeepAliveProbesThatAreDeniedEndIt() {
        connected();
        script.options().keepIdleSeconds(10);
        script.options().keepIntervalSeconds(2);
        app.set(ChannelOption.SO_KEEPALIVE, true);
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(seconds(10));
        script.icmp(Errno.ECONNREFUSED);
        app.isOpen();
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(seconds(2));
        script.icmp(Errno.ECONNREFUSED);
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // What was said of earlier probes, and of what has just left for the first time, is no denial of a repetition.
    @Test
    void textAfterAProbeBeginsAnew() {
        connected();
        script.options().keepIdleSeconds(10);
        script.options().keepIntervalSeconds(2);
        app.set(ChannelOption.SO_KEEPALIVE, true);
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(seconds(10));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.icmp(Errno.ECONNREFUSED);
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        script.icmp(Errno.ECONNREFUSED);
        app.isOpen();
        peer.expects(data("hello").seq(FIRST)).after(ms(400));
        script.icmp(Errno.ECONNREFUSED);
        assertThat(app.failedWith(SocketException.class, "Connection reset by peer"))
                .hasMessageContaining("3 tries in 0.6 s");
    }

    // Probes of a closed window are as good as repetitions.
    @Test
    void twoWindowProbesThatAreDeniedEndIt() {
        connected(synAck(IRS, ISS + 1).win(0), client -> {});
        app.writes("hello");
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(ms(200));
        script.icmp(Errno.ECONNREFUSED);
        peer.expects(ack(PEER_FIRST).seq(FIRST - 1)).after(ms(400));
        app.isOpen();
        script.icmp(Errno.ECONNREFUSED);
        app.failedWith(SocketException.class, "Connection reset by peer");
    }
}
