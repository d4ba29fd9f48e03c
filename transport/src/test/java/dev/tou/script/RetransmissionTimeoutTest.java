// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.SocketException;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Segments that are never acknowledged, or late (RFC 6298, RFC 9293 section 3.8.3). */
class RetransmissionTimeoutTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    /** A handshake whose round trip took so long. */
    private void acceptedAfter(long millis) {
        listens();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(millis));
        peer.sends(ack(ISS + 1));
        app.isActive();
    }

    // The floor of 200 ms stands under the variance: SRTT + max(4 * RTTVAR, 200 ms).
    @Test
    void afterAHandshakeWithoutDistanceTheTimeoutIs200Millis() {
        accepted();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        peer.sends(ack(FIRST + 5));
        peer.expectsNothingFor(seconds(5));
    }

    // A peer of ours has told how long it holds back an acknowledgment, so the floor is 60 ms.
    @Test
    void betweenOurOwnEndsTheTimeoutIs60Millis() {
        accepted(syn(IRS).mss(1000).ackDelay(), server -> {});
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(60));
        peer.sends(ack(FIRST + 5));
    }

    // RFC 6298 section 2.2: SRTT = R, RTTVAR = R / 2, RTO = SRTT + 4 * RTTVAR.
    @Test
    void theHandshakeIsTheFirstSample() {
        acceptedAfter(300);
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(900));
    }

    // RFC 6298 section 2.3. RTTVAR = 3/4 * 150 + 1/4 * |300 - 700| = 212.5, SRTT = 7/8 * 300 + 1/8 * 700 = 350.
    @Test
    void laterSamplesAreSmoothed() {
        acceptedAfter(300);
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.passes(ms(700));
        peer.sends(ack(FIRST + 5));
        app.writes("world");
        peer.expects(data("world").seq(FIRST + 5)).now();
        peer.expects(data("world").seq(FIRST + 5)).after(ms(1200));
    }

    // RFC 6298 section 2.1: one second until there is a sample; a SYN-ACK that went twice is none (section 3).
    @Test
    void withoutSampleTheTimeoutIsOneSecond() {
        listens();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.sends(ack(ISS + 1));
        app.isActive().writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(seconds(1));
    }

    // RFC 6298 section 5.7: "the RTO MUST be re-initialized to 3 seconds when data transmission begins".
    @Test
    void afterATimeoutOfTheSynTheTimeoutIsThreeSeconds() {
        listens();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        peer.sends(ack(ISS + 1));
        app.isActive().writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(seconds(3));
    }

    // RFC 7323 section 4: unless the echoed timestamp says which of the two was acknowledged.
    @Test
    void timestampsMeasureAHandshakeThatWasRepeated() {
        listens();
        peer.sends(syn(IRS).mss(1000).ts(1, 0));
        peer.expects(synAck(ISS, IRS + 1)).now();
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        script.passes(ms(40));
        peer.sends(ack(ISS + 1));
        app.isActive().writes("hello");
        assertThat(app.info().rtt()).isEqualTo(ms(40).toNanos());
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(240));
    }

    @Test
    void anAbsurdEchoOfARepeatedHandshakeIsNoSample() {
        listens();
        peer.sends(syn(IRS).mss(1000).ts(1, 0));
        peer.expects(synAck(ISS, IRS + 1)).now();
        int sent = peer.expects(synAck(ISS, IRS + 1)).after(seconds(1)).tsVal;
        script.passes(ms(40));
        peer.sends(ack(ISS + 1).ts(peer.timestamp(), sent - 50_000));
        app.isActive().writes("hello");
        assertThat(app.info().rtt()).isZero();
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(seconds(3));
    }

    // RFC 6298 section 5.5, up to 60 seconds (section 2.5).
    // RFC 9293: MUST-19.
    @Test
    void theTimeoutDoublesUpToAMinute() {
        accepted();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        for (long millis = 200; millis < 60_000; millis *= 2) {
            assertThat(TimeUnit.NANOSECONDS.toMillis(app.info().rto())).isEqualTo(millis);
            peer.expects(data("hello").seq(FIRST)).after(ms(millis));
        }
        assertThat(app.info().rto()).isEqualTo(seconds(60).toNanos());
        peer.expects(data("hello").seq(FIRST)).after(seconds(60));
        peer.expects(data("hello").seq(FIRST)).after(seconds(60));
        peer.sends(ack(FIRST + 5));
    }

    // R2 of RFC 9293 section 3.8.3, counted as in Linux: so many repetitions, then one more wait.
    // RFC 9293: MUST-20, MUST-21, SHLD-11.
    @Test
    void afterSoManyRepetitionsTheConnectionIsOver() {
        accepted(server -> server.option(TouChannelOption.RETRIES2, 3));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        peer.expects(data("hello").seq(FIRST)).after(ms(400));
        peer.expects(data("hello").seq(FIRST)).after(ms(800));
        peer.expectsNothingFor(ms(1_590));
        app.isOpen();
        peer.expectsNothingFor(ms(12));
        app.failedWith(SocketException.class, "Connection timed out");
        peer.sends(ack(FIRST + 5));
        peer.expects(rst(FIRST + 5)).now();
    }

    // RFC 9293 section 3.9.1.2, USER TIMEOUT; RFC 5482. To the moment, not to the next repetition.
    @Test
    void theUserTimeoutEndsTheConnection() {
        accepted(server -> server.option(TouChannelOption.USER_TIMEOUT, 5000));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        for (int millis = 200; millis <= 1600; millis *= 2) {
            peer.expects(data("hello").seq(FIRST)).after(ms(millis));
        }
        peer.expectsNothingFor(ms(1_990));
        app.isOpen();
        peer.expectsNothingFor(ms(20));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    // Shorter than the first retransmission timeout: nothing is repeated, and the end is not late.
    @Test
    void aShortUserTimeoutDoesNotWaitForTheRetransmissionTimeout() {
        accepted(server -> server.option(TouChannelOption.USER_TIMEOUT, 50));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expectsNothingFor(ms(48));
        app.isOpen();
        peer.expectsNothingFor(ms(5));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    // It counts from the oldest segment that is not acknowledged, and progress begins it anew.
    @Test
    void theUserTimeoutIsThatOfTheOldestSegment() {
        accepted(server -> server.option(TouChannelOption.USER_TIMEOUT, 100));
        app.writes("a");
        peer.expects(data("a").seq(FIRST)).now();
        script.passes(ms(60));
        app.writes("b");
        peer.expects(data("b").seq(FIRST + 1)).now();
        script.passes(ms(30));
        peer.sends(ack(FIRST + 1));
        peer.expectsNothingFor(ms(68));
        app.isOpen();
        peer.expectsNothingFor(ms(5));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    // Set while text waits for its acknowledgment, it counts from when that was sent.
    @Test
    void theUserTimeoutCanBeSetLater() {
        accepted();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.passes(ms(100));
        app.set(TouChannelOption.USER_TIMEOUT, 150);
        peer.expectsNothingFor(ms(48));
        app.isOpen();
        peer.expectsNothingFor(ms(5));
        app.failedWith(SocketException.class, "Connection timed out");
    }

    // The count begins anew with every acknowledgment of something new.
    @Test
    void progressEndsTheCount() {
        accepted(server -> server.option(TouChannelOption.RETRIES2, 2));
        app.writes(2000);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        peer.expects(data(1000).seq(FIRST)).after(ms(200));
        peer.expects(data(1000).seq(FIRST)).after(ms(400));
        peer.sends(ack(FIRST + 1000));
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        script.passes(ms(100));
        app.isOpen();
        peer.expects(data(1000).seq(FIRST + 1000)).within(seconds(2));
        app.isOpen();
        peer.sends(ack(FIRST + 2000));
    }

    // RFC 6298 sections 5.2 and 5.3.
    @Test
    void anAcknowledgmentRestartsTheTimer() {
        accepted();
        app.writes(2000);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        script.passes(ms(150));
        peer.sends(ack(FIRST + 1000));
        // A sample of 150 ms after one of 0: SRTT = 18.75, RTTVAR = 37.5, so the floor decides.
        peer.expects(data(1000).seq(FIRST + 1000)).after(ms(218));
        peer.sends(ack(FIRST + 2000));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 6298 sections 3 and 5: what was sent twice is no sample, and until there is one the back-off stays.
    // RFC 9293: MUST-18.
    @Test
    void backOffLastsUntilThereIsASample() {
        accepted();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        script.passes(ms(100));
        peer.sends(ack(FIRST + 5));
        app.writes("world");
        peer.expects(data("world").seq(FIRST + 5)).now();
        peer.expects(data("world").seq(FIRST + 5)).after(ms(400));
        peer.sends(ack(FIRST + 10));
        app.writes("again");
        peer.expects(data("again").seq(FIRST + 10)).now();
        peer.sends(ack(FIRST + 15));
        app.writes("quick");
        peer.expects(data("quick").seq(FIRST + 15)).now();
        peer.expects(data("quick").seq(FIRST + 15)).after(ms(200));
    }

    // RFC 7323 section 4: the echoed timestamp says which of the two it was.
    @Test
    void timestampsMakeASampleOfARepetition() {
        accepted(syn(IRS).mss(1000).ts(1, 0), server -> {});
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        peer.sends(ack(FIRST + 5));
        app.writes("world");
        peer.expects(data("world").seq(FIRST + 5)).now();
        peer.expects(data("world").seq(FIRST + 5)).within(ms(230));
        peer.sends(ack(FIRST + 10));
    }

    // A repetition is measured by the echo, whose clock counts milliseconds: 0 says less than one, not none.
    @Test
    void anEchoOfThisMillisecondIsNoLeastRoundTrip() {
        acceptedWithTimestamps();
        peer.expects(data("hello").seq(FIRST)).after(ms(240));
        peer.sends(ack(FIRST + 5));
        assertThat(app.info().minRtt()).isEqualTo(ms(40).toNanos());
        assertThat(app.info().rtt()).isBetween(ms(35).toNanos(), ms(36).toNanos());
    }

    // RFC 7323 section 4.3: what echoes a time when nothing was under way measures nothing.
    @Test
    void anAbsurdEchoIsNoSample() {
        acceptedWithTimestamps();
        int sent = peer.expects(data("hello").seq(FIRST)).after(ms(240)).tsVal;
        peer.sends(ack(FIRST + 5).ts(peer.timestamp(), sent - 50_000));
        assertThat(app.info().rtt()).isEqualTo(ms(40).toNanos());
        app.writes("world");
        sent = peer.expects(data("world").seq(FIRST + 5)).now().tsVal;
        peer.expects(data("world").seq(FIRST + 5)).within(ms(500));
        // From the future.
        peer.sends(ack(FIRST + 10).ts(peer.timestamp(), sent + 50_000));
        assertThat(app.info().rtt()).isEqualTo(ms(40).toNanos());
    }

    // A closed window says that the peer lives, not that what is under way was sent later.
    @Test
    void theEchoOfTheFirstTransmissionIsASampleAlsoBehindAClosedWindow() {
        acceptedWithTimestamps();
        int again = peer.expects(data("hello").seq(FIRST)).after(ms(240)).tsVal;
        peer.expects(data("hello").seq(FIRST)).after(ms(480));
        script.passes(ms(880));
        peer.sends(ack(FIRST).win(0));
        peer.sends(ack(FIRST + 5).ts(peer.timestamp(), again - 240));
        assertThat(app.info().rtt()).isBetween(ms(235).toNanos(), ms(236).toNanos());
    }

    // After a minute of silence, which is no excuse for such an echo, with a round trip of 40 ms.
    private void acceptedWithTimestamps() {
        listens();
        peer.sends(syn(IRS).mss(1000).ts(1, 0));
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(40));
        peer.sends(ack(ISS + 1));
        app.isActive();
        script.passes(seconds(60));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
    }

    // RFC 5681 section 3.1: after a timeout the window is one segment, and slow start begins again.
    @Test
    void afterATimeoutEverythingIsSentAgainInSlowStart() {
        accepted();
        app.writes(10_000);
        for (int i = 0; i < 10; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        peer.expects(data(1000).seq(FIRST)).after(ms(200));
        peer.sends(ack(FIRST + 1000));
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        peer.expects(data(1000).seq(FIRST + 2000)).now();
        peer.sends(ack(FIRST + 3000));
        for (int i = 3; i < 7; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        peer.sends(ack(FIRST + 10_000));
        peer.expectsNothingFor(seconds(5));
    }

    // RFC 9293 section 3.8.1: "Once in the ESTABLISHED state" a FIN is repeated like text.
    @Test
    void aFinIsRepeatedToo() {
        accepted();
        app.closes();
        peer.expects(fin().seq(FIRST)).now();
        peer.expects(fin().seq(FIRST)).after(ms(200));
        peer.expects(fin().seq(FIRST)).after(ms(400));
        peer.sends(ack(FIRST + 1));
        peer.expectsNothingFor(seconds(5));
    }

    @Test
    void aFinWithTextIsRepeatedWithIt() {
        accepted();
        app.writes(9_500);
        for (int i = 0; i < 9; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        peer.expects(data(500).seq(FIRST + 9000)).now();
        app.writes(1500);
        app.closes();
        // 500 bytes of window are left, which is no whole segment.
        peer.sends(ack(FIRST + 9500));
        peer.expects(data(1000).seq(FIRST + 9500)).now();
        peer.expects(fin().bytes(500).seq(FIRST + 10_500)).now();
        peer.sends(ack(FIRST + 10_500));
        peer.expects(fin().bytes(500).seq(FIRST + 10_500)).after(ms(200));
        peer.sends(ack(FIRST + 11_001));
    }
}
