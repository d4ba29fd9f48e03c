// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.stream.Stream;

import dev.tou.channel.TouChannelOption;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** What two SYNs agree on (RFC 9293 section 3.2, RFC 7323 sections 1.3 and 2.2, RFC 2018 section 2, RFC 6994). */
class NegotiationTest extends ScriptedTest {

    static Stream<Arguments> synsAndTheirAnswers() {
        return Stream.of(
                Arguments.of(syn(IRS), new String[] {}),
                Arguments.of(syn(IRS).mss(1460), new String[] {"mss"}),
                Arguments.of(syn(IRS).ts(1, 0), new String[] {"ts"}),
                Arguments.of(syn(IRS).wscale(3), new String[] {"wscale"}),
                Arguments.of(syn(IRS).sackOk(), new String[] {"sackOk"}),
                Arguments.of(syn(IRS).ackDelay(), new String[] {"ackDelay"}),
                Arguments.of(syn(IRS).sackOk().ts(1, 0), new String[] {"sackOk", "ts"}),
                Arguments.of(syn(IRS).mss(1460).sackOk().wscale(0), new String[] {"mss", "sackOk", "wscale"}),
                Arguments.of(
                        syn(IRS).mss(1460).sackOk().ts(1, 0).wscale(7), new String[] {"mss", "sackOk", "ts", "wscale"}),
                Arguments.of(
                        syn(IRS).mss(1460).sackOk().ts(1, 0).wscale(7).ackDelay(),
                        new String[] {"mss", "sackOk", "ts", "wscale", "ackDelay"}),
                // An experiment that is not ours, an option that nobody knows, both to be ignored (MUST-6).
                Arguments.of(syn(IRS).rawOptions(253, 4, 0x11, 0x22), new String[] {}),
                Arguments.of(syn(IRS).mss(1460).rawOptions(99, 4, 0x11, 0x22), new String[] {"mss"}));
    }

    // What was not offered is not answered; and the answer is no longer than what it answers.
    @ParameterizedTest
    @MethodSource("synsAndTheirAnswers")
    void theSynAckEchoesWhatWasOffered(SegmentScript syn, String[] options) {
        listens();
        peer.sends(syn);
        WireSegment answer = peer.expects(synAck(ISS, IRS + 1).options(options)).now();
        assertThat(answer.headerBytes).isLessThanOrEqualTo(syn.encode(0).length);
        peer.sends(ack(ISS + 1));
        app.isActive();
        peer.sends(data("hello"));
        app.received("hello");
        peer.expects(ack(IRS + 6).options(answer.tsVal == null ? new String[] {} : new String[] {"ts"}))
                .now();
    }

    // RFC 9293: MUST-14, SHLD-5.
    @Test
    void aSynOffersEverything() {
        connects();
        WireSegment syn = peer.expects(syn(ISS).mss(8952).options("mss", "sackOk", "ts", "wscale", "ackDelay"))
                .now();
        assertThat(syn.tsEcr).isZero();
        assertThat(syn.window).isEqualTo(0xFFFF);
    }

    @Test
    void everythingCanBeTurnedOff() {
        connects(client -> client.option(TouChannelOption.TIMESTAMPS, false)
                .option(TouChannelOption.SACK, false)
                .option(TouChannelOption.WINDOW_SCALING, false));
        peer.expects(syn(ISS).options("mss", "ackDelay")).now();
    }

    @Test
    void whatIsTurnedOffIsNotAnsweredEither() {
        listens(server -> server.option(TouChannelOption.TIMESTAMPS, false)
                .option(TouChannelOption.SACK, false)
                .option(TouChannelOption.WINDOW_SCALING, false));
        peer.sends(syn(IRS).mss(1460).sackOk().ts(1, 0).wscale(7));
        peer.expects(synAck(ISS, IRS + 1).options("mss")).now();
    }

    // RFC 7323 section 1.3: without both SYNs no option is in force.
    @Test
    void whatThePeerDoesNotAnswerIsNotInForce() {
        connected(synAck(IRS, ISS + 1), client -> client.option(ChannelOption.SO_RCVBUF, 1 << 20));
        app.writes("hello");
        peer.expects(data("hello").options().win(0xFFFF)).now();
        peer.sends(ack(ISS + 6).win(5));
        app.writes("hello");
        peer.expects(data("hello")).now();
        peer.sends(data("late").seq(IRS + 100));
        peer.expects(ack(IRS + 1).options()).now();
        peer.sends(ack(ISS + 11));
    }

    // RFC 7323 section 2.2: the window of a SYN is not scaled, all others are.
    // RFC 9293: MUST-1.
    @Test
    void theWindowOfASynIsNotScaled() {
        listens(server -> server.option(ChannelOption.SO_RCVBUF, 1 << 20));
        peer.sends(syn(IRS).mss(1000).wscale(4).win(3000));
        peer.expects(synAck(ISS, IRS + 1).wscale(5).win(0xFFFF)).now();
        peer.sends(ack(ISS + 1).win(1500 / 16));
        app.isActive().writes(4000);
        // 1488 bytes of window are one whole segment; the rest waits for silly window avoidance.
        peer.expects(data(1000).seq(ISS + 1).win((1 << 20) >> 5)).now();
        peer.sends(ack(ISS + 1001).win(2000 / 16));
        peer.expects(data(1000)).now();
        peer.expects(data(1000)).now();
        peer.sends(ack(ISS + 3001).win(0xFFFF));
        peer.expects(data(1000)).now();
        peer.sends(ack(ISS + 4001));
    }

    // RFC 7323 section 2.3: "If a Window Scale option is received with a shift.cnt value larger than 14, the TCP SHOULD
    // log the error but MUST use 14 instead of the specified value."
    @Test
    void aShiftAbove14Is14() {
        accepted(syn(IRS).mss(1000).wscale(200).win(1), server -> {});
        peer.sends(ack(ISS + 1).win(0)); // a smaller window with nothing new would not count, a closed one does
        peer.sends(ack(ISS + 1).win(1));
        assertThat(script.connection().snd.wnd()).isEqualTo(1 << 14);
    }

    // RFC 9293 section 3.7.1, MUST-15: without the option, 536.
    @Test
    void withoutMssSegmentsHave536Bytes() {
        accepted(syn(IRS), server -> {});
        app.writes(1000);
        peer.expects(data(536)).now();
        peer.expects(data(464)).now();
        peer.sends(ack(ISS + 1001));
    }

    // A segment is as large as the smaller of the peer's MSS and the path, less options (MUST-16).
    @Test
    void timestampsCountAgainstTheMss() {
        accepted(syn(IRS).mss(1000).ts(1, 0), server -> {});
        app.writes(1988);
        peer.expects(data(988)).now();
        peer.expects(data(988)).now();
        peer.expects(data(12)).now();
        peer.sends(ack(ISS + 1989));
    }

    @Test
    void thePathLimitsSegmentsToo() {
        accepted(syn(IRS).mss(9000), server -> server.option(TouChannelOption.PATH_MTU, 1028));
        app.writes(1000);
        peer.expects(data(980)).now();
        peer.expects(data(20)).now();
        peer.sends(ack(ISS + 1001));
    }

    // CVE-2019-11479: tiny segments are a burden that no peer can impose.
    @Test
    void aTinyMssIsNotObeyed() {
        accepted(syn(IRS).mss(1), server -> {});
        app.writes(600);
        peer.expects(data(536)).now();
        peer.expects(data(64)).now();
        peer.sends(ack(ISS + 601));
    }

    @Test
    void anMssOfZeroIsNone() {
        accepted(syn(IRS).mss(0), server -> {});
        app.writes(537);
        peer.expects(data(536)).now();
        peer.expects(data(1)).now();
        peer.sends(ack(ISS + 538));
    }
}
