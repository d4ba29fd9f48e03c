// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;
import java.util.function.Consumer;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.telemetry.DropReason;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Handshakes without state (RFC 4987 section 3.6). */
class SynCookieTest extends ScriptedTest {

    private int cookie;

    private void listensWithCookies() {
        listensWithCookies(server -> {});
    }

    private void listensWithCookies(Consumer<ServerBootstrap> settings) {
        listens(server -> settings.accept(server.option(TouChannelOption.SYN_COOKIES, SynCookieMode.ALWAYS)));
    }

    private static SegmentScript fullSyn() {
        return syn(IRS).mss(1460).sackOk().ts(100, 0).wscale(7);
    }

    private void getsCookie(SegmentScript syn) {
        peer.sends(syn);
        cookie = peer.expects(synAck().ack(IRS + 1)).now().seq;
        assertThat(connections()).as("no state").isZero();
    }

    private int connections() {
        return script.resources().shards().stream()
                .mapToInt(shard -> shard.connections().size())
                .sum();
    }

    @Test
    void theAcknowledgmentMakesTheConnection() {
        listensWithCookies();
        getsCookie(syn(IRS));
        peer.sends(ack(cookie + 1));
        app.isActive();
        peer.sends(data("hello"));
        app.received("hello");
        peer.expects(ack(IRS + 6).seq(cookie + 1)).within(ms(40));
        app.writes("world");
        peer.expects(data("world").seq(cookie + 1)).now();
        peer.sends(ack(cookie + 6));
        peer.expectsNothingFor(seconds(70));
    }

    @Test
    void allThatAnyOtherHandshakeAgreesOnIsAgreedOn() {
        listensWithCookies();
        peer.sends(fullSyn());
        cookie = peer.expects(synAck().ack(IRS + 1).tsEcho(100).options("mss", "sackOk", "ts", "wscale"))
                .now()
                .seq;
        script.passes(ms(80));
        peer.sends(ack(cookie + 1).win(1000));
        app.isActive();
        TransmissionControlBlock tcb = script.connection();
        assertThat(tcb.negotiated.peerMss()).as("the greatest of the eight").isEqualTo(1452);
        assertThat(tcb.negotiated.peerScale()).isEqualTo(7);
        assertThat(tcb.snd.wnd()).isEqualTo(1000 << 7);
        assertThat(tcb.negotiated.scale()).isPositive();
        assertThat(tcb.negotiated.sack()).isTrue();
        assertThat(tcb.negotiated.timestamps()).isTrue();
        assertThat(app.info().rtt()).as("measured by the echo").isBetween(ms(79).toNanos(), ms(81).toNanos());
    }

    @Test
    void nothingIsAgreedOnThatTheSynDidNotOffer() {
        listensWithCookies();
        peer.sends(syn(IRS));
        cookie = peer.expects(synAck().ack(IRS + 1).options()).now().seq;
        peer.sends(ack(cookie + 1));
        app.isActive();
        TransmissionControlBlock tcb = script.connection();
        assertThat(tcb.negotiated.peerMss()).isEqualTo(536);
        assertThat(tcb.negotiated.peerScale()).isZero();
        assertThat(tcb.negotiated.scale()).isZero();
        assertThat(tcb.negotiated.sack()).isFalse();
        assertThat(tcb.negotiated.timestamps()).isFalse();
    }

    @Test
    void theOptionOfOurOwnEndsIsNot() {
        listensWithCookies();
        peer.sends(fullSyn().ackDelay());
        cookie = peer.expects(synAck().ack(IRS + 1).options("mss", "sackOk", "ts", "wscale"))
                .now()
                .seq;
        peer.sends(ack(cookie + 1));
        app.isActive();
        assertThat(script.connection().negotiated.ownPeer()).isFalse();
    }

    /** When the SYN came is forgotten, and not made up. */
    @Test
    void aResetSaysSinceWhenTheConnectionIsKnown() {
        listensWithCookies();
        getsCookie(fullSyn());
        script.passes(seconds(1));
        peer.sends(ack(cookie + 1));
        app.isActive();
        script.passes(seconds(2));
        peer.sends(rst(IRS + 1));
        assertThat(app.failedWith(SocketException.class, "Connection reset by peer"))
                .hasMessageContaining("a RST came 2.0 s after the SYN cookie was back");
    }

    // The acknowledgment was lost, or it carries the request.
    @Test
    void textMayBringTheCookieBack() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
        app.isActive().received("hello");
        peer.expects(ack(IRS + 6)).now();
    }

    @Test
    void aFinMayBringTheCookieBack() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(fin().ack(cookie + 1));
        peer.expects(ack(IRS + 2).seq(cookie + 1)).now();
        peer.expects(fin().seq(cookie + 1).ack(IRS + 2)).now();
        app.isClosed();
        peer.sends(ack(cookie + 2));
    }

    // The same SYN has the same cookie, so it does not matter which SYN-ACK is acknowledged.
    @Test
    void aRepeatedSynHasTheSameCookie() {
        listensWithCookies();
        getsCookie(fullSyn());
        int first = cookie;
        script.passes(seconds(1));
        getsCookie(fullSyn());
        assertThat(cookie).isEqualTo(first);
        peer.sends(ack(cookie + 1));
        app.isActive();
    }

    // --- forged ones ---

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 2, 0x200, 0x100, 0x20, 0x80000000})
    void anotherAcknowledgmentIsReset(int difference) {
        listensWithCookies();
        getsCookie(syn(IRS));
        peer.sends(ack(cookie + 1 + difference));
        peer.expects(rst(cookie + 1 + difference)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void anotherSequenceNumberIsReset() {
        listensWithCookies();
        getsCookie(syn(IRS));
        peer.sends(ack(cookie + 1).seq(IRS + 2));
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void somebodyElsesCookieIsReset() {
        listensWithCookies();
        getsCookie(syn(IRS));
        ScriptedPeer other = script.newPeer(5001);
        other.sends(ack(cookie + 1).seq(IRS + 1));
        other.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void timestampsThatTheSynDidNotHaveAreReset() {
        listensWithCookies();
        getsCookie(syn(IRS));
        peer.sends(ack(cookie + 1).ts(1, 1));
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void missingTimestampsAreReset() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(ack(cookie + 1).noTs());
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void anEchoThatIsNotOfOurClockIsReset() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(ack(cookie + 1).ts(101, peer.tsRecent() + 2));
        peer.expects(rst(cookie + 1)).now();
        peer.sends(ack(cookie + 1).ts(101, peer.tsRecent() - 100_000));
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
        peer.sends(ack(cookie + 1));
        app.isActive();
    }

    @Test
    void aResetWithACookieIsIgnored() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(rstAck(IRS + 1, cookie + 1));
        peer.expectsNothingFor(ms(10));
        assertThat(connections()).isZero();
        assertThat(script.drops(DropReason.RESET_WITHOUT_CONNECTION)).isEqualTo(1);
    }

    // --- time ---

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCookieIsGoodForHalfAMinute(boolean timestamps) {
        listensWithCookies();
        getsCookie(timestamps ? fullSyn() : syn(IRS));
        script.passes(seconds(29));
        // Others come meanwhile, and the key is changed.
        ScriptedPeer other = script.newPeer(5001);
        script.passes(seconds(2));
        other.sends(syn(IRS));
        other.expects(synAck()).now();
        script.passes(seconds(28));
        peer.sends(ack(cookie + 1));
        app.isActive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCookieIsBadAfterAMinute(boolean timestamps) {
        listensWithCookies();
        getsCookie(timestamps ? fullSyn() : syn(IRS));
        script.passes(seconds(60));
        peer.sends(ack(cookie + 1));
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    // --- once ---

    private void requestIsServedWithACookie() {
        listensWithCookies();
        getsCookie(syn(IRS));
        sendsRequest();
        app.isActive().received("hello");
        peer.expects(ack(IRS + 6)).within(ms(40));
    }

    private void sendsRequest() {
        peer.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
    }

    // A late duplicate of the request would be served again: there is no TIME-WAIT at the end that closes last.
    @Test
    void aCookieThatWasUsedIsResetAfterAnOrderlyEnd() {
        requestIsServedWithACookie();
        peer.sends(fin().seq(IRS + 6));
        peer.expects(fin().seq(cookie + 1)).now();
        peer.sends(ack(cookie + 2));
        app.isClosed();
        assertThat(script.timeWaitRecords()).isZero();
        script.passes(seconds(29));
        sendsRequest();
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
        assertThat(script.apps()).hasSize(1);
    }

    @Test
    void aCookieThatWasUsedIsResetAfterAReset() {
        requestIsServedWithACookie();
        app.aborts();
        peer.expects(rstAck(cookie + 1, IRS + 6)).now();
        sendsRequest();
        peer.expects(rst(cookie + 1)).now();
        assertThat(connections()).isZero();
    }

    @Test
    void theNextConnectionOfTheSameNameIsAnother() {
        requestIsServedWithACookie();
        app.aborts();
        peer.expects(rstAck(cookie + 1, IRS + 6)).now();
        peer.sends(syn(1000));
        int next = peer.expects(synAck().ack(1001)).now().seq;
        peer.sends(data("again").seq(1001).ack(next + 1));
        script.apps().get(1).isActive().received("again");
        peer.expects(ack(1006)).within(ms(40));
    }

    // --- beside a half-open connection ---

    // The SYN-ACK with the cookie takes long; meanwhile the client repeats its SYN, and now there is room.
    private ScriptedPeer cookieAndHalfOpen() {
        ScriptedPeer late = oneIsHalfOpen();
        late.sends(fullSyn());
        cookie = late.expects(synAck().tsEcho(100)).now().seq;
        peer.sends(rst(IRS + 1));
        script.passes(seconds(1));
        late.sends(fullSyn());
        assertThat(late.expects(synAck().tsEcho(100)).now().seq).isNotEqualTo(cookie);
        assertThat(connections()).isEqualTo(1);
        return late;
    }

    @Test
    void theAcknowledgmentOfTheCookieTakesThePlaceOfTheHalfOpenConnection() {
        ScriptedPeer late = cookieAndHalfOpen();
        late.sends(ack(cookie + 1).seq(IRS + 1));
        app.isActive();
        assertThat(connections()).isEqualTo(1);
        late.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
        app.received("hello");
        late.expects(ack(IRS + 6).seq(cookie + 1)).within(ms(40));
        // And the place is free.
        peer.sends(syn(1000).mss(1000));
        peer.expects(synAck().ack(1001)).now();
        peer.expects(synAck().ack(1001)).after(seconds(1));
        peer.sends(rst(1001));
    }

    @Test
    void aWrongAcknowledgmentOfAHalfOpenConnectionIsResetStill() {
        ScriptedPeer late = cookieAndHalfOpen();
        late.sends(ack(cookie + 3).seq(IRS + 1).ts(101, late.tsRecent() + 5_000));
        late.expects(rst(cookie + 3)).now();
        assertThat(connections()).isEqualTo(1);
        late.sends(rst(IRS + 1));
    }

    @Test
    void textThatOvertakesTheAcknowledgmentOfTheCookieIsNotReset() {
        ScriptedPeer late = cookieAndHalfOpen();
        late.sends(data("world").seq(IRS + 6).ack(cookie + 1));
        late.expectsNothingFor(ms(1));
        assertThat(script.drops(DropReason.BAD_COOKIE)).isEqualTo(1);
        late.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
        app.isActive().received("hello");
        late.expects(ack(IRS + 6)).within(ms(40));
    }

    // --- out of order ---

    // In a burst that has been mixed up, or of which the first was lost: the segment will come again, and a reset would
    // end what the peer takes for a connection.
    @Test
    void textThatOvertakesTheAcknowledgmentIsNotReset() {
        listensWithCookies();
        getsCookie(fullSyn());
        peer.sends(data("world").seq(IRS + 6).ack(cookie + 1));
        peer.expectsNothingFor(ms(1));
        assertThat(script.drops(DropReason.BAD_COOKIE)).isEqualTo(1);
        peer.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
        app.isActive().received("hello");
        peer.expects(ack(IRS + 6)).now();
        peer.sends(data("world").seq(IRS + 6).ack(cookie + 1));
        app.received("world");
        peer.expects(ack(IRS + 11)).within(ms(40));
    }

    // --- when ---

    private ScriptedPeer oneIsHalfOpen() {
        listens(server -> server.option(TouChannelOption.MAX_SYN_BACKLOG, 1));
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        return script.newPeer(5001);
    }

    @Test
    void cookiesBeginWhenTheQueueIsFull() {
        ScriptedPeer late = oneIsHalfOpen();
        late.sends(fullSyn());
        int iss = late.expects(synAck().tsEcho(100)).now().seq;
        assertThat(connections()).isEqualTo(1);
        late.sends(ack(iss + 1));
        app.isActive();
        assertThat(connections()).isEqualTo(2);
        assertThat(script.drops(DropReason.SYN_QUEUE_FULL)).isZero();
        peer.sends(rst(IRS + 1));
    }

    @Test
    void andEndWhenThereIsRoom() {
        ScriptedPeer late = oneIsHalfOpen();
        peer.sends(rst(IRS + 1));
        late.sends(fullSyn());
        late.expects(synAck().tsEcho(100)).now();
        assertThat(connections()).isEqualTo(1);
        late.expects(synAck()).after(seconds(1));
        late.sends(rst(IRS + 1));
    }

    @Test
    void aCookieThatFindsNoRoomIsIgnoredAndMayComeAgain() {
        noRoom(false);
        peer.expectsNothingFor(ms(10));
        assertThat(script.drops(DropReason.ACCEPT_QUEUE_FULL)).isEqualTo(1);
        script.accepts();
        peer.sends(data("hello").seq(IRS + 1).ack(cookie + 1));
        script.apps().get(1).received("hello");
        peer.expects(ack(IRS + 6)).now();
    }

    @Test
    void aCookieThatFindsNoRoomIsResetIfThatIsWanted() {
        noRoom(true);
        peer.expects(rst(cookie + 1)).now();
        assertThat(script.drops(DropReason.ACCEPT_QUEUE_FULL)).isEqualTo(1);
    }

    private void noRoom(boolean abortOnOverflow) {
        listensWithCookies(server -> server.option(ChannelOption.SO_BACKLOG, 1)
                .option(ChannelOption.AUTO_READ, false)
                .option(TouChannelOption.ABORT_ON_OVERFLOW, abortOnOverflow));
        getsCookie(fullSyn());
        ScriptedPeer first = script.newPeer(5001);
        first.sends(syn(IRS));
        first.sends(ack(first.expects(synAck()).now().seq + 1));
        peer.sends(ack(cookie + 1));
    }

    // One that was kept back for its first text counts as half-open; one that came with a cookie has no such place.
    @Test
    void underPressureNobodyIsKeptBack() {
        listens(server -> server.option(TouChannelOption.MAX_SYN_BACKLOG, 1).option(TouChannelOption.DEFER_ACCEPT, 10));
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(ack(ISS + 1));
        app.isNotActive();
        ScriptedPeer late = script.newPeer(5001);
        late.sends(syn(IRS));
        late.sends(ack(late.expects(synAck()).now().seq + 1));
        app.isActive();
        assertThat(script.apps()).hasSize(1);
        peer.sends(data("hello"));
        peer.expects(ack(IRS + 6)).now();
        script.apps().get(1).isActive().received("hello");
    }

    // RFC 6191: the peer of an old connection has a place of its own, and numbers that go on from the old ones.
    @Test
    void aSynThatEndsTimeWaitGetsNoCookie() {
        listensWithCookies(server -> server.option(TouChannelOption.MSL, 30));
        getsCookie(fullSyn());
        peer.sends(ack(cookie + 1));
        app.isActive().closes();
        peer.expects(fin().seq(cookie + 1)).now();
        peer.sends(fin().seq(IRS + 1).ack(cookie + 2));
        peer.expects(ack(IRS + 2)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        peer.sends(syn(IRS + 1000).ts(peer.timestamp() + 1000, 0));
        peer.expects(synAck(cookie + 2 + 65_537, IRS + 1001)).now();
        assertThat(connections()).isEqualTo(1);
        peer.sends(ack(cookie + 2 + 65_538));
    }

    @Test
    void aSmallReceiveBufferIsPromisedAsItIs() {
        listensWithCookies(server -> server.option(ChannelOption.SO_RCVBUF, 3000));
        peer.sends(fullSyn());
        cookie = peer.expects(synAck().ack(IRS + 1).win(3000)).now().seq;
        peer.sends(data(3000).seq(IRS + 1).ack(cookie + 1));
        app.isActive().received(3000);
        peer.expects(ack(IRS + 3001).win(0)).now();
        peer.expects(ack(IRS + 3001).win(3000)).now();
    }
}
