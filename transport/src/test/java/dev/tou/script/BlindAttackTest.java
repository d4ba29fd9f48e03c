// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;

import dev.tou.telemetry.DropReason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Segments of somebody who knows the tuple and guesses the numbers (RFC 5961, RFC 9293 section 3.10.7.4; PROTOCOL A2, A9,
 * A12).
 */
class BlindAttackTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int PEER_FIRST = IRS + 1;

    @BeforeEach
    void accepts() {
        accepted();
    }

    private SegmentScript challenge() {
        return ack(PEER_FIRST).seq(FIRST);
    }

    /** The connection is what it was. */
    private void isUnharmed() {
        app.isOpen();
        peer.sends(data("hello").seq(PEER_FIRST).ack(FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    // --- section 3: resets ---

    @Test
    void aResetInTheWindowIsChallenged() {
        peer.sends(rst(PEER_FIRST + 1));
        peer.expects(challenge()).now();
        assertThat(script.drops(DropReason.UNACCEPTABLE_RESET)).isEqualTo(1);
        isUnharmed();
    }

    @Test
    void aResetAtTheEdgeOfTheWindowIsChallenged() {
        peer.sends(rst(PEER_FIRST + 65_534));
        peer.expects(challenge()).now();
        isUnharmed();
    }

    @Test
    void aResetOutsideTheWindowIsDropped() {
        peer.sends(rst(PEER_FIRST - 1));
        peer.sends(rst(PEER_FIRST + 65_535));
        peer.sends(rst(PEER_FIRST + 0x4000_0000));
        peer.expectsNothingFor(seconds(1));
        assertThat(script.drops(DropReason.UNACCEPTABLE_RESET)).isEqualTo(3);
        isUnharmed();
    }

    @Test
    void anExactResetResets() {
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // RFC 9293, SHLD-2: it may say why.
    @Test
    void aResetWithTextResets() {
        peer.sends(rst(PEER_FIRST).text("out of memory"));
        app.receivedNothing();
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // The peer that has really gone answers the challenge with an exact reset (section 3.2, and figure 1).
    @Test
    void theAnswerToAChallengeResets() {
        peer.sends(rst(PEER_FIRST + 100));
        int ack = peer.expects(challenge()).now().ack;
        peer.sends(rst(ack));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // --- section 4: SYNs, "irrespective of the sequence number" ---

    @Test
    void aSynInTheWindowIsChallenged() {
        peer.sends(syn(PEER_FIRST + 10));
        peer.expects(challenge()).now();
        assertThat(script.drops(DropReason.UNEXPECTED_SYN)).isEqualTo(1);
    }

    @Test
    void aSynOutsideTheWindowIsChallenged() {
        peer.sends(syn(0x4000_0000));
        peer.expects(challenge()).now();
    }

    @Test
    void aSynAckIsChallenged() {
        peer.sends(synAck(0x4000_0000, FIRST));
        peer.expects(challenge()).now();
    }

    // RFC 9293 section 3.5, figure 9: the peer has crashed and opens again with the same ports.
    @Test
    void aPeerThatHasRestartedGetsThrough() {
        peer.sends(syn(400));
        peer.expects(challenge()).now();
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
        script.passes(seconds(1));
        peer.sends(syn(400));
        int iss = peer.expects(synAck().ack(401)).now().seq;
        assertThat(iss - FIRST).isPositive();
        peer.sends(ack(iss + 1));
        script.apps().get(1).isActive();
    }

    // Figure 10: it has crashed, and we are the one to speak.
    @Test
    void aPeerThatHasForgottenResets() {
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.sends(rst(PEER_FIRST));
        app.failedWith(SocketException.class, "Connection reset by peer");
    }

    // --- section 5: acknowledgments ---

    @Test
    void anAcknowledgmentOfWhatWasNeverSentIsChallenged() {
        peer.sends(ack(FIRST + 1));
        peer.expects(challenge()).now();
        assertThat(script.drops(DropReason.UNACCEPTABLE_ACK)).isEqualTo(1);
        isUnharmed();
    }

    // "(SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT"
    @Test
    void anAcknowledgmentOlderThanTheWindowIsChallenged() {
        peer.sends(data("evil").ack(FIRST - 65_536));
        peer.expects(challenge()).now();
        app.receivedNothing();
        isUnharmed();
    }

    @Test
    void anOldAcknowledgmentWithinTheWindowCarriesText() {
        peer.sends(data("hello").ack(FIRST - 65_535));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    // RFC 9293 section 3.10.7.4, fifth: "if the ACK bit is off, drop the segment and return".
    @Test
    void withoutAcknowledgmentNothingIsTaken() {
        peer.sendsBytes(Segments.flags(WireSegment.PSH).text("evil").bytesFor(peer));
        peer.expectsNothingFor(seconds(1));
        isUnharmed();
    }

    @Test
    void aFinWithABadAcknowledgmentIsNotTaken() {
        peer.sends(fin().ack(FIRST + 1000));
        peer.expects(challenge()).now();
        isUnharmed();
    }

    // --- section 7: at most one challenge in 500 ms, for each connection on its own (CVE-2016-5696) ---

    @Test
    void challengesAreLimited() {
        peer.sends(rst(PEER_FIRST + 1));
        peer.expects(challenge()).now();
        for (int i = 0; i < 10; i++) {
            peer.sends(rst(PEER_FIRST + 1));
            peer.sends(syn(PEER_FIRST + 10));
            peer.sends(ack(FIRST + 1).seq(PEER_FIRST));
            peer.sends(ack(FIRST).seq(PEER_FIRST - 10));
        }
        script.passes(ms(499));
        peer.sends(syn(PEER_FIRST + 10));
        peer.expectsNothingFor(ms(2));
        peer.sends(syn(PEER_FIRST + 10));
        peer.expects(challenge()).now();
        peer.sends(rst(PEER_FIRST + 1));
        peer.expectsNothingFor(ms(400));
        isUnharmed();
    }

    @Test
    void theLimitOfOneConnectionIsNotThatOfAnother() {
        ScriptedPeer other = script.newPeer(5001);
        other.sends(syn(IRS).mss(1000));
        int iss = other.expects(synAck().ack(PEER_FIRST)).now().seq;
        other.sends(ack(iss + 1));
        peer.sends(rst(PEER_FIRST + 1));
        peer.expects(challenge()).now();
        other.sends(rst(PEER_FIRST + 1));
        other.expects(ack(PEER_FIRST).seq(iss + 1)).now();
    }

    // What carries text is a repetition whose acknowledgment was lost, and gets one whatever the limit.
    @Test
    void repetitionsAreAcknowledgedBesideTheLimit() {
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
        peer.sends(rst(PEER_FIRST + 100));
        peer.expects(ack(PEER_FIRST + 5)).now();
        peer.sends(data("hello").seq(PEER_FIRST));
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    // A9: two ends that have lost each other fall silent instead of answering answers.
    @Test
    void answersToAnswersEnd() {
        int answers = 0;
        for (int i = 0; i < 100; i++) {
            script.passes(ms(10));
            peer.sends(ack(FIRST + 100).seq(PEER_FIRST + 100_000));
            answers += peer.takesAll();
        }
        assertThat(answers).isBetween(1, 3);
    }

    // A12: the same ports in the header, from another UDP port, are another connection.
    @Test
    void anotherUdpPortIsAnotherConnection() {
        ScriptedPeer other = script.newPeer(5001);
        other.sends(data("evil").from(5000).seq(PEER_FIRST).ack(FIRST));
        other.expects(rst(FIRST).to(5000)).now();
        other.sends(rst(PEER_FIRST).from(5000));
        isUnharmed();
    }

    @Test
    void aResetFromAnotherTcpPortIsOfNoConnection() {
        peer.sends(rstAck(PEER_FIRST, FIRST).from(5001));
        assertThat(script.drops(DropReason.RESET_WITHOUT_CONNECTION)).isEqualTo(1);
        isUnharmed();
    }
}
