// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.List;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.congestion.CongestionControllers;
import dev.tou.telemetry.EventLog;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * A round trip takes longer than the clock of the handshake waits, so that a SYN or SYN-ACK goes again for nothing. The timestamp
 * that is echoed tells (RFC 3522), and the connection begins as if nothing had gone again: neither with one segment (RFC 5681
 * section 3.1) nor with a timeout of 3 s (RFC 6298 section 5.7).
 */
class SpuriousHandshakeTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;
    private static final int CLOCK = 5_000_000;

    /** An MSS of 1000, and timestamps on every segment. */
    private static final int TEXT = 988;

    private final EventLog log = new EventLog(FIRST);

    private void firstFlightIs(int segments) {
        app.isActive().writes(20_000);
        for (int i = 0; i < segments; i++) {
            peer.expects(data(TEXT).seq(FIRST + TEXT * i)).now();
        }
        peer.expectsNothingFor(ms(150));
    }

    /** By the first of those that went, to the nanosecond. */
    private void measured(long millis) {
        roundTripIs(millis);
        long rtt = app.info().rtt();
        // RFC 6298 section 2.2: SRTT = R, RTTVAR = R / 2, RTO = SRTT + 4 x RTTVAR.
        assertThat(app.info().rto()).isCloseTo(3 * rtt, within(4L));
        assertThat(app.info().minRtt()).isEqualTo(rtt);
    }

    // Each repetition may be a tick late.
    private void roundTripIs(long millis) {
        assertThat(app.info().rtt())
                .isBetween(ms(millis).toNanos(), ms(millis + 2).toNanos());
    }

    private List<String> heard(String... words) {
        List<String> lines = log.take(words);
        return lines.stream()
                .map(line -> line.replaceFirst(" \\d+ms srtt.*", ""))
                .toList();
    }

    // --- the SYN ---

    /** {@return the timestamps of all that went} */
    private int[] repeatsSyn(int times) {
        connects(client -> client.option(TouChannelOption.TRANSPORT_LISTENER, connection -> log));
        int[] stamps = new int[times + 1];
        stamps[0] = peer.expects(syn(ISS)).now().tsVal;
        for (int i = 1; i <= times; i++) {
            stamps[i] = peer.expects(syn(ISS)).after(seconds(1)).tsVal;
        }
        return stamps;
    }

    private void answersSyn(int echo) {
        peer.sends(synAck(IRS, FIRST).mss(1000).ts(CLOCK, echo));
        peer.expects(ack(IRS + 1)).now();
    }

    @Test
    void aSynThatWentAgainForNothing() {
        int[] stamps = repeatsSyn(1);
        script.passes(ms(200));
        answersSyn(stamps[0]);
        assertThat(heard("rtt", "cwnd", "undo"))
                .containsExactly("rtt", "cwnd " + 10 * TEXT + " ssthresh max by INITIAL", "undo TIMESTAMPS");
        assertThat(app.info().undos()).isEqualTo(1);
        measured(1200);
        firstFlightIs(10);
    }

    @Test
    void soDidTheThird() {
        int[] stamps = repeatsSyn(2);
        script.passes(ms(500));
        answersSyn(stamps[0]);
        measured(2500);
        firstFlightIs(10);
    }

    @Test
    void aSynThatHadToGoAgain() {
        int[] stamps = repeatsSyn(1);
        script.passes(ms(200));
        answersSyn(stamps[1]);
        assertThat(log.take("undo")).isEmpty();
        assertThat(app.info().undos()).isZero();
        roundTripIs(200);
        firstFlightIs(1);
    }

    // The second has arrived, and the third was for nothing; but the first was lost.
    @Test
    void ofTwoThatWentAgainOneHadTo() {
        int[] stamps = repeatsSyn(2);
        script.passes(ms(200));
        answersSyn(stamps[1]);
        roundTripIs(1200);
        firstFlightIs(1);
    }

    // RFC 6298 section 3, Karn: without timestamps nobody knows.
    @Test
    void withoutTimestampsASynHadToGoAgain() {
        repeatsSyn(1);
        script.passes(ms(200));
        peer.sends(synAck(IRS, FIRST).mss(TEXT));
        peer.expects(ack(IRS + 1)).now();
        assertThat(log.take("rtt", "undo")).isEmpty();
        assertThat(app.info().rto()).isEqualTo(seconds(3).toNanos());
        firstFlightIs(1);
    }

    // --- the SYN-ACK ---

    /** {@return the timestamps of both} */
    private int[] repeatsSynAck() {
        listens(server -> server.option(TouChannelOption.TRANSPORT_LISTENER, connection -> log));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        int first = peer.expects(synAck(ISS, IRS + 1)).now().tsVal;
        int second = peer.expects(synAck(ISS, IRS + 1)).after(seconds(1)).tsVal;
        script.passes(ms(200));
        return new int[] {first, second};
    }

    private void acknowledges(int echo) {
        peer.sends(ack(FIRST).ts(peer.timestamp(), echo));
    }

    @Test
    void aSynAckThatWentAgainForNothing() {
        acknowledges(repeatsSynAck()[0]);
        assertThat(heard("rtt", "cwnd", "undo"))
                .containsExactly("rtt", "cwnd " + 10 * TEXT + " ssthresh max by INITIAL", "undo TIMESTAMPS");
        assertThat(app.info().undos()).isEqualTo(1);
        measured(1200);
        firstFlightIs(10);
    }

    @Test
    void aSynAckThatHadToGoAgain() {
        acknowledges(repeatsSynAck()[1]);
        assertThat(log.take("undo")).isEmpty();
        roundTripIs(200);
        firstFlightIs(1);
    }

    // A server's application chooses the controller of a connection when it is accepted.
    @Test
    void aControllerThatIsChosenLateIsToldTheSame() {
        listens(server -> server.childOption(TouChannelOption.CONGESTION_CONTROLLER, CongestionControllers.NEW_RENO));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        int first = peer.expects(synAck(ISS, IRS + 1)).now().tsVal;
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        acknowledges(first);
        assertThat(script.connection().congestion().name()).isEqualTo("newreno");
        firstFlightIs(10);
    }

    // The peer's clock is the faster one: its SYN comes again, and that draws the second SYN-ACK.
    @Test
    void thePeersSynWentAgain() {
        listens(server -> server.option(TouChannelOption.TRANSPORT_LISTENER, connection -> log));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        int first = peer.expects(synAck(ISS, IRS + 1)).now().tsVal;
        script.passes(ms(900));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK + 900, 0));
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(50));
        acknowledges(first);
        assertThat(log.take("undo")).as("nothing had been taken for a loss").isEmpty();
        measured(950);
        firstFlightIs(10);
    }

    // RFC 4987: who has answered a SYN with a cookie knows of no repetition.
    @Test
    void aCookieIsNoRepetition() {
        listens(server -> server.option(TouChannelOption.SYN_COOKIES, SynCookieMode.ALWAYS));
        peer.sends(syn(IRS).mss(1460).ts(CLOCK, 0));
        int cookie = peer.expects(synAck().ack(IRS + 1)).now().seq;
        script.passes(ms(1000));
        peer.sends(syn(IRS).mss(1460).ts(CLOCK + 1000, 0));
        peer.expects(synAck().ack(IRS + 1)).now();
        script.passes(ms(200));
        peer.sends(ack(cookie + 1));
        assertThat(app.isActive().info().undos()).isZero();
        assertThat(app.info().cwnd()).isGreaterThan(10_000);
    }

    // RFC 9293 section 3.5, figure 7, and the clock of our SYN-ACK is too fast.
    @Test
    void bothOpenAtTheSameTime() {
        repeatsSyn(0);
        script.passes(ms(100));
        peer.sends(syn(IRS).mss(1000).ts(CLOCK, 0));
        int first = peer.expects(synAck(ISS, IRS + 1)).now().tsVal;
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        script.passes(ms(200));
        acknowledges(first);
        assertThat(log.take("undo")).containsExactly("undo TIMESTAMPS");
        measured(1200);
        firstFlightIs(10);
    }
}
