// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;

/** A NAT forgets a UDP flow that is silent for long (RFC 4787 section 4.3); what leaves reminds it, and asks nothing of the peer. */
class NatKeepAliveTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    private void remindsNats() {
        accepted(server -> server.option(TouChannelOption.NAT_KEEP_ALIVE, 25));
    }

    private SegmentScript reminder() {
        return ack(PEER_FIRST).seq(FIRST);
    }

    @Test
    void anIdleConnectionAcknowledgesAgainAndAgain() {
        remindsNats();
        for (int i = 0; i < 1000; i++) {
            peer.expects(reminder()).after(seconds(25));
        }
        app.isOpen();
    }

    @Test
    void textThatWentPostponesIt() {
        remindsNats();
        script.passes(seconds(20));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.sends(ack(FIRST + 5));
        peer.expects(ack(PEER_FIRST).seq(FIRST + 5)).after(seconds(25));
    }

    // It was acknowledged, so something left.
    @Test
    void textThatCamePostponesIt() {
        remindsNats();
        script.passes(seconds(20));
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
        peer.expects(ack(PEER_FIRST + 5).seq(FIRST)).after(seconds(25));
    }

    @Test
    void itCanBeTurnedOnAndOff() {
        accepted();
        peer.expectsNothingFor(seconds(100));
        app.set(TouChannelOption.NAT_KEEP_ALIVE, 15);
        peer.expects(reminder()).within(ms(20));
        peer.expects(reminder()).after(seconds(15));
        app.set(TouChannelOption.NAT_KEEP_ALIVE, 0);
        peer.expectsNothingFor(seconds(1000));
    }

    // Before the handshake is complete there is nothing to acknowledge.
    @Test
    void itBeginsWithTheHandshake() {
        connects(client -> client.option(TouChannelOption.SYN_RETRIES, 0));
        peer.expects(Segments.syn(ISS)).now();
        app.set(TouChannelOption.NAT_KEEP_ALIVE, 15);
        script.passes(ms(500));
        peer.sends(Segments.synAck(IRS, ISS + 1));
        peer.expects(ack(PEER_FIRST).seq(FIRST)).now();
        peer.expects(reminder()).after(seconds(15));
    }
}
