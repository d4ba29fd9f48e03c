// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.connection.Hoard;
import dev.tou.connection.MemoryBudget;
import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** What connections do without when all of them together hold what they may (PROTOCOL A14), and that nothing stays of it. */
class MemoryExhaustedTest extends ScriptedTest {

    private static final int FIRST = IRS + 1;
    private static final int ALL = 1 << 20;

    private MemoryBudget budget;
    private Hoard others;

    @Override
    Script newScript() {
        budget = new MemoryBudget(ALL);
        others = new Hoard(budget);
        return new Script("10.0.0.1", "10.0.0.2", budget);
    }

    private void acceptedWithSack() {
        accepted(syn(IRS).mss(1000).sackOk(), server -> {});
    }

    @Test
    void textOutOfOrderIsNotTaken() {
        acceptedWithSack();
        others.holds(ALL + 1);
        peer.sends(data("world").seq(FIRST + 5));
        peer.expects(ack(FIRST).options()).now();
        assertThat(script.drops(DropReason.MEMORY_EXHAUSTED)).isEqualTo(1);
        peer.sends(data("hello").seq(FIRST));
        app.received("hello");
        peer.expects(ack(FIRST + 5)).within(ms(40));
        others.holds(0);
        peer.sends(data("!").seq(FIRST + 10));
        peer.expects(ack(FIRST + 5).sack(FIRST + 10, FIRST + 11)).now();
        peer.sends(data("world").seq(FIRST + 5));
        app.received("world!");
        peer.expects(ack(FIRST + 11)).now();
    }

    @Test
    void textThatIsReadGoesOn() {
        accepted();
        others.holds(ALL + 1);
        for (int i = 0; i < 10; i++) {
            peer.sends(data(1000).seq(FIRST + 1000 * i));
            app.received(1000);
            peer.expects(ack(FIRST + 1000 * (i + 1))).now();
        }
        app.writes(1000);
        peer.expects(data(1000).seq(ISS + 1)).now();
        peer.sends(ack(ISS + 1001).seq(FIRST + 10_000));
        assertThat(script.drops(DropReason.MEMORY_EXHAUSTED)).isZero();
    }

    @Test
    void textThatIsThrownAwayGoesOn() {
        accepted();
        app.stopsReading();
        app.channel().shutdownInput();
        others.holds(ALL + 1);
        for (int i = 0; i < 3; i++) {
            peer.sends(data(1000).seq(FIRST + 1000 * i));
            peer.expects(ack(FIRST + 1000 * (i + 1))).now();
        }
        assertThat(script.drops(DropReason.MEMORY_EXHAUSTED)).isZero();
    }

    /** Not a burst: there may be very many whose applications do not read. */
    @Test
    void textThatNobodyReadsIsNotTaken() {
        accepted();
        app.stopsReading();
        peer.sends(data(1000).seq(FIRST));
        peer.expects(ack(FIRST + 1000)).now();
        others.holds(ALL + 1);
        peer.sends(data(1000).seq(FIRST + 1000));
        peer.expects(ack(FIRST + 1000)).now();
        assertThat(script.drops(DropReason.MEMORY_EXHAUSTED)).isEqualTo(1);
        app.reads();
        app.received(1000);
        peer.sends(data(1000).seq(FIRST + 1000));
        peer.expects(ack(FIRST + 1000)).now();
        assertThat(script.drops(DropReason.MEMORY_EXHAUSTED)).isEqualTo(2);
        app.reads();
        peer.sends(data(1000).seq(FIRST + 1000));
        app.received(1000);
        peer.expects(ack(FIRST + 2000)).now();
    }

    @Test
    void synsAreNotAnswered() {
        listens();
        others.holds(ALL + 1);
        peer.sends(syn(IRS));
        peer.expectsNothingFor(seconds(1));
        assertThat(script.drops(DropReason.SYN_WITHOUT_MEMORY)).isEqualTo(1);
        others.holds(0);
        peer.sends(syn(IRS));
        int iss = peer.expects(synAck().ack(IRS + 1)).now().seq;
        peer.sends(ack(iss + 1));
        app.isActive();
    }

    /** All others may be silent, so it is who comes that has what can be done without given up, for the next. */
    @Test
    void aSynThatIsNotAnsweredMakesRoom() {
        accepted(syn(IRS).mss(1000).win(0xFFFF), server -> {});
        others.holds(ALL - 1000);
        app.writes(10_000);
        app.closes();
        assertThat(peer.takesAll()).as("ten segments of text and a FIN").isEqualTo(11);
        ScriptedPeer late = script.newPeer(5001);
        late.sends(syn(IRS));
        peer.expects(rstAck(ISS + 10_002, FIRST)).now();
        assertThat(script.drops(DropReason.SYN_WITHOUT_MEMORY)).isEqualTo(1);
        late.sends(syn(IRS));
        late.expects(synAck().ack(IRS + 1)).now();
    }

    @Test
    void aCookieThatComesBackIsNotAnsweredEither() {
        listens(server -> server.option(TouChannelOption.SYN_COOKIES, SynCookieMode.ALWAYS));
        peer.sends(syn(IRS));
        int iss = peer.expects(synAck().ack(IRS + 1)).now().seq;
        others.holds(ALL + 1);
        peer.sends(ack(iss + 1));
        peer.expectsNothingFor(seconds(1));
        app.isNotActive();
        assertThat(script.drops(DropReason.SYN_WITHOUT_MEMORY)).isEqualTo(1);
        others.holds(0);
        peer.sends(data("hello").seq(FIRST).ack(iss + 1));
        app.isActive().received("hello");
        peer.expects(ack(FIRST + 5)).within(ms(40));
    }

    /** Nor is a SYN that would end TIME-WAIT, whose record stays. */
    @Test
    void timeWaitIsNotLeft() {
        accepted();
        app.closes();
        peer.expects(fin().seq(ISS + 1)).now();
        peer.sends(fin().ack(ISS + 2));
        peer.expects(ack(FIRST + 1)).now();
        others.holds(ALL + 1);
        peer.sends(syn(1000).mss(1000));
        peer.expectsNothingFor(seconds(1));
        assertThat(script.drops(DropReason.SYN_WITHOUT_MEMORY)).isEqualTo(1);
        assertThat(script.timeWaitRecords()).isEqualTo(1);
        others.holds(0);
        peer.sends(syn(1000).mss(1000));
        peer.expects(synAck().ack(1001)).now();
    }

    @Test
    void aClosedWindowOpensWhenTheApplicationReads() {
        accepted(server -> server.option(ChannelOption.SO_RCVBUF, 4000));
        app.stopsReading();
        for (int i = 0; i < 4; i++) {
            peer.sends(data(1000).seq(FIRST + 1000 * i));
        }
        script.passes(ms(40));
        peer.takesAll();
        assertThat(script.connection().rcv.wnd()).isZero();
        others.holds(ALL + 1);
        app.readsAll();
        app.received(4000);
        peer.expects(ack(FIRST + 4000).win(4000)).now();
        peer.sends(data(1000).seq(FIRST + 4000));
        app.received(1000);
        peer.expects(ack(FIRST + 5000)).within(ms(40));
    }

    private void holdsTwoLetters() {
        acceptedWithSack();
        peer.sends(data("l").seq(FIRST + 3));
        peer.expects(ack(FIRST).sack(FIRST + 3, FIRST + 4)).now();
        peer.sends(data("e").seq(FIRST + 1));
        peer.expects(ack(FIRST).sack(FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4))
                .now();
        others.holds(ALL + 1);
    }

    private void theyAreGivenUp() {
        script.settle();
        assertThat(script.drops(DropReason.MEMORY_GIVEN_UP)).isEqualTo(2);
        assertThat(script.connection().reassembly.isEmpty()).isTrue();
    }

    /** Somebody needs more: what is held out of order, and has been reported, is given up, and taken when it comes again. */
    @Test
    void textOutOfOrderIsGivenUp() {
        holdsTwoLetters();
        app.writes(1000);
        peer.expects(data(1000).seq(ISS + 1)).now();
        theyAreGivenUp();
        peer.sends(data("h").seq(FIRST).ack(ISS + 1001));
        app.received("h");
        peer.expects(ack(FIRST + 1).options()).within(ms(40));
        peer.sends(data("ello").seq(FIRST + 1));
        app.received("ello");
        peer.expects(ack(FIRST + 5)).within(ms(40));
    }

    /** Nothing more is held where something is refused, and it is needed all the same. */
    @Test
    void whatIsRefusedOutOfOrderMakesRoom() {
        holdsTwoLetters();
        peer.sends(data("o").seq(FIRST + 5));
        peer.expects(ack(FIRST).sack(FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4))
                .now();
        theyAreGivenUp();
    }

    @Test
    void whatIsRefusedInOrderMakesRoom() {
        holdsTwoLetters();
        app.stopsReading();
        peer.sends(data("h").seq(FIRST));
        peer.expects(ack(FIRST).sack(FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4))
                .now();
        theyAreGivenUp();
    }

    @Test
    void theSendBufferStopsToGrow() {
        accepted(syn(IRS).mss(1000).wscale(4).win(0xFFFF), server -> {});
        app.writes(400_000);
        allArrives();
        int grown = script.connection().sendCapacity();
        assertThat(grown).isGreaterThan(128 * 1024);
        others.holds(ALL * 5L / 6);
        assertThat(script.connection().sendCapacity()).isEqualTo(64 * 1024);
        script.options().sendBufferBytes(128 * 1024);
        assertThat(script.connection().sendCapacity())
                .as("the application's word")
                .isEqualTo(128 * 1024);
        script.options().sendBufferBytes(0);
        others.holds(0);
        assertThat(script.connection().sendCapacity()).isEqualTo(grown);
    }

    private void allArrives() {
        for (int i = 0; script.connection().sendBuffer.bytes() > 0; i++) {
            assertThat(i).as("round trips").isLessThan(100);
            peer.takesAll();
            peer.sends(ack(script.connection().snd.nxt()).seq(FIRST).win(0xFFFF));
        }
    }

    /** What is written waits in the channel, and leaves as what is in the buffer arrives. */
    @Test
    void theSendBufferIsAFewSegments() {
        accepted(syn(IRS).mss(1000).wscale(4).win(0xFFFF), server -> {});
        script.options().sendBufferBytes(128 * 1024);
        others.holds(ALL + 1);
        assertThat(script.connection().sendCapacity()).isEqualTo(16 * 1024);
        ChannelFuture written = app.writes(30_000);
        assertThat(script.connection().sendBuffer.bytes()).isEqualTo(16 * 1024);
        allArrives();
        assertThat(written.isSuccess()).isTrue();
        assertThat(script.connection().snd.una()).isEqualTo(ISS + 1 + 30_000);
        others.holds(0);
        assertThat(script.connection().sendCapacity()).isEqualTo(128 * 1024);
    }
}
