// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.DropReason;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** The queue of half-open connections and the queue of those that wait for accept, when they are full (RFC 4987). */
class BacklogTest extends ScriptedTest {

    private ScriptedPeer late;

    private void listensAndNobodyAccepts(boolean abortOnOverflow) {
        listens(server -> nobodyAccepts(server).option(TouChannelOption.ABORT_ON_OVERFLOW, abortOnOverflow));
        late = script.newPeer(5001);
    }

    private static ServerBootstrap nobodyAccepts(ServerBootstrap server) {
        return server.option(ChannelOption.SO_BACKLOG, 1).option(ChannelOption.AUTO_READ, false);
    }

    private void oneWaitsForAccept() {
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(ack(ISS + 1));
    }

    @Test
    void aConnectionReceivesWhileItWaitsForAccept() {
        listensAndNobodyAccepts(false);
        oneWaitsForAccept();
        peer.sends(data("hello"));
        peer.expects(ack(IRS + 6)).now();
        app.isNotActive();
        script.accepts();
        app.isActive().received("hello");
    }

    @Test
    void aSynBeyondTheBacklogIsIgnored() {
        listensAndNobodyAccepts(false);
        oneWaitsForAccept();
        late.sends(syn(IRS));
        late.expectsNothingFor(ms(900));
        assertThat(script.drops(DropReason.ACCEPT_QUEUE_FULL)).isEqualTo(1);
        script.accepts();
        late.sends(syn(IRS));
        late.expects(synAck()).now();
    }

    @Test
    void aSynBeyondTheBacklogIsResetIfThatIsWanted() {
        listensAndNobodyAccepts(true);
        oneWaitsForAccept();
        late.sends(syn(IRS));
        late.expects(rstAck(0, IRS + 1)).now();
    }

    // The SYN-ACK is out already, and the queue fills before its answer: that is ignored, and asked for again.
    @Test
    void aHandshakeThatFindsNoRoomIsCompletedLater() {
        listensAndNobodyAccepts(false);
        late.sends(syn(IRS));
        int iss = late.expects(synAck()).now().seq;
        oneWaitsForAccept();
        late.sends(ack(iss + 1));
        late.expects(synAck().seq(iss)).after(seconds(1));
        script.accepts();
        late.sends(ack(iss + 1));
        late.expectsNothingFor(seconds(5));
    }

    @Test
    void aHandshakeThatFindsNoRoomIsResetIfThatIsWanted() {
        listensAndNobodyAccepts(true);
        late.sends(syn(IRS));
        int iss = late.expects(synAck()).now().seq;
        oneWaitsForAccept();
        late.sends(ack(iss + 1));
        late.expects(rstAck(iss + 1, IRS + 1)).now();
    }

    // Its peer has acknowledged our SYN, so that was no old duplicate: no TIME-WAIT of an older connection comes back.
    @Test
    void oneThatReopenedTimeWaitAndFindsNoRoomLeavesNoRecord() {
        listensAndNobodyAccepts(true);
        oneWaitsForAccept();
        script.accepts();
        app.isActive().closes();
        peer.expects(fin().seq(ISS + 1)).now();
        peer.sends(fin().ack(ISS + 2));
        peer.expects(ack(IRS + 2).seq(ISS + 2)).now();
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        script.stopsAccepting();
        peer.sends(syn(IRS + 1000));
        int iss = peer.expects(synAck()).now().seq;
        late.sends(syn(IRS));
        late.sends(ack(late.expects(synAck()).now().seq + 1));
        peer.sends(ack(iss + 1));
        peer.expects(rstAck(iss + 1, IRS + 1001)).now();
        assertThat(script.timeWaitRecords()).isZero();
    }

    @Test
    void aSynBeyondTheHalfOpenOnesIsIgnored() {
        listens(server -> server.option(TouChannelOption.MAX_SYN_BACKLOG, 1)
                .option(TouChannelOption.SYN_COOKIES, SynCookieMode.NEVER));
        late = script.newPeer(5001);
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        late.sends(syn(IRS));
        late.expectsNothingFor(ms(900));
        assertThat(script.drops(DropReason.SYN_QUEUE_FULL)).isEqualTo(1);
        peer.sends(rst(IRS + 1));
        late.sends(syn(IRS));
        late.expects(synAck()).now();
    }

    // One that was kept back completes, and there is no room any more.
    private int deferredFindsNoRoom(boolean abortOnOverflow) {
        listens(server -> nobodyAccepts(server)
                .option(TouChannelOption.ABORT_ON_OVERFLOW, abortOnOverflow)
                .option(TouChannelOption.DEFER_ACCEPT, 10));
        late = script.newPeer(5001);
        late.sends(syn(IRS));
        int iss = late.expects(synAck()).now().seq;
        late.sends(ack(iss + 1));
        oneWaitsForAccept();
        peer.sends(data("hello"));
        peer.expects(ack(IRS + 6)).now();
        late.sends(data("world"));
        return iss;
    }

    @Test
    void aDeferredConnectionThatFindsNoRoomWaits() {
        deferredFindsNoRoom(false);
        late.expects(ack(IRS + 6)).now();
        late.expectsNothingFor(seconds(20));
        assertThat(script.drops(DropReason.ACCEPT_QUEUE_FULL)).isZero();
        script.accepts();
        app.isActive().received("hello");
        script.apps().get(1).isActive().received("world");
    }

    @Test
    void aDeferredConnectionThatFindsNoRoomIsResetIfThatIsWanted() {
        int iss = deferredFindsNoRoom(true);
        late.expects(rstAck(iss + 1, IRS + 6)).now();
        assertThat(script.drops(DropReason.ACCEPT_QUEUE_FULL)).isEqualTo(1);
        script.accepts();
        app.isActive().received("hello");
    }

    // As from a kernel: whoever waits to be accepted is reset when the listener closes.
    @Test
    void closingTheListenerResetsThoseThatWait() {
        listensAndNobodyAccepts(false);
        oneWaitsForAccept();
        script.stopsListening();
        peer.expects(rstAck(ISS + 1, IRS + 1)).now();
    }

    // RFC 9293: MUST-41.
    @Test
    void closingTheListenerLetsAcceptedOnesLive() {
        accepted();
        script.stopsListening();
        peer.sends(data("hello"));
        app.received("hello");
        peer.expects(ack(IRS + 6)).now();
    }
}
