// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.NoRouteToHostException;
import java.util.List;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.Errno;
import dev.tou.telemetry.DeliveryProblem;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static org.assertj.core.api.Assertions.assertThat;

/** RFC 9293 section 3.8.3, SHLD-9: between R1 and R2 the application hears that the peer does not answer. */
class DeliveryProblemTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private List<DeliveryProblem> problems() {
        return app.events(DeliveryProblem.class);
    }

    // SHLD-10: R1 is three repetitions at least.
    // RFC 9293: MUST-47, SHLD-9.
    @Test
    void afterThreeRepetitionsTheApplicationIsTold() {
        accepted();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        peer.expects(data("hello").seq(FIRST)).after(ms(200));
        peer.expects(data("hello").seq(FIRST)).after(ms(400));
        assertThat(problems()).isEmpty();
        peer.expects(data("hello").seq(FIRST)).after(ms(800));
        assertThat(problems()).hasSize(1);
        DeliveryProblem problem = problems().get(0);
        assertThat(problem.connection().remote()).isEqualTo(app.channel().remoteAddress());
        assertThat(problem.waitedNanos()).isBetween(ms(1400).toNanos(), ms(1410).toNanos());
        assertThat(problem.tries()).isEqualTo(4);
        assertThat(problem.reason()).isNull();
        peer.expects(data("hello").seq(FIRST)).after(ms(1600));
        assertThat(problems()).hasSize(1);
        app.isOpen();
        peer.sends(ack(FIRST + 5));
    }

    @Test
    void onceThePeerWasHeardItBeginsAnew() {
        accepted(server -> server.option(TouChannelOption.RETRIES1, 1));
        for (int i = 1; i <= 3; i++) {
            app.writes("hello");
            peer.expects(data("hello")).now();
            assertThat(problems()).hasSize(i - 1);
            peer.expects(data("hello")).within(seconds(3));
            assertThat(problems()).hasSize(i);
            peer.sends(ack(FIRST + 5 * i));
        }
    }

    // "unless such information has been disabled by the application".
    // RFC 9293: SHLD-20.
    @Test
    void itCanBeTurnedOff() {
        accepted(server -> server.option(TouChannelOption.RETRIES1, 0));
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        for (int millis = 200; millis <= 6400; millis *= 2) {
            peer.expects(data("hello").seq(FIRST)).after(ms(millis));
        }
        assertThat(problems()).isEmpty();
        peer.sends(ack(FIRST + 5));
    }

    // RFC 9293: MUST-47, SHLD-25.
    @Test
    void itSaysWhatTheNetworkSays() {
        connected();
        app.writes("hello");
        peer.expects(data("hello").seq(FIRST)).now();
        script.icmp(Errno.EHOSTUNREACH);
        for (int millis = 200; millis <= 800; millis *= 2) {
            peer.expects(data("hello").seq(FIRST)).after(ms(millis));
        }
        assertThat(problems()).hasSize(1);
        assertThat(problems().get(0).reason()).isInstanceOf(NoRouteToHostException.class);
        peer.sends(ack(FIRST + 5));
    }

    @Test
    void aClosedWindowWithoutAnswerIsSuchAProblem() {
        accepted();
        peer.sends(ack(FIRST).win(0));
        app.writes("hello");
        for (int millis = 200; millis <= 800; millis *= 2) {
            assertThat(problems()).isEmpty();
            peer.expects(ack(IRS + 1).seq(FIRST - 1)).after(ms(millis));
        }
        assertThat(problems()).hasSize(1);
        peer.sends(ack(FIRST).win(1000));
        peer.expects(data("hello")).now();
        peer.sends(ack(FIRST + 5));
    }
}
