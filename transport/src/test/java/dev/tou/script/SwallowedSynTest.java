// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import dev.tou.endpoint.Shard;
import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A handler of somebody else's between the stages drops a SYN for which the second stage has made a connection, which is now in
 * LISTEN and has a place in the queue of half-open ones: the only one that there is.
 */
class SwallowedSynTest extends ScriptedTest {

    private final Swallow swallow = new Swallow();

    private static final class Swallow extends ChannelInboundHandlerAdapter {

        int left = 1;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (left > 0) {
                left--;
            } else {
                ctx.fireChannelRead(msg);
            }
        }
    }

    private Shard shard() {
        return script.resources().shards().iterator().next();
    }

    @BeforeEach
    void aSynIsSwallowed() {
        listens(server -> server.option(TouChannelOption.MAX_SYN_BACKLOG, 1)
                .option(TouChannelOption.SYN_COOKIES, SynCookieMode.NEVER));
        shard().udp().pipeline().addAfter("demux", "swallow", swallow);
        peer.sends(syn(IRS));
        peer.expectsNothingFor(ms(500));
        assertThat(shard().connections().size()).isEqualTo(1);
    }

    @Test
    void whenItComesAgainItIsAnswered() {
        peer.sends(syn(IRS));
        int iss = peer.expects(synAck().ack(IRS + 1)).now().seq;
        peer.sends(ack(iss + 1));
        app.isActive();
    }

    @Test
    void itsPlaceIsFreeAfterASecond() {
        script.passes(ms(600));
        assertThat(shard().connections().size()).isZero();
        ScriptedPeer other = script.newPeer(5001);
        other.sends(syn(IRS));
        int iss = other.expects(synAck().ack(IRS + 1)).now().seq;
        other.sends(ack(iss + 1));
        app.isActive();
    }

    @Test
    void anAcknowledgmentIsNoCookie() {
        peer.sends(data("hello").seq(IRS + 1).ack(77));
        peer.expects(rst(77)).now();
        peer.sends(rst(IRS + 1));
        peer.expectsNothingFor(ms(100));
        assertThat(script.drops(DropReason.UNACCEPTABLE_ACK)).isEqualTo(1);
        assertThat(script.drops(DropReason.NO_CONNECTION)).isEqualTo(1);
        whenItComesAgainItIsAnswered();
    }

    @Test
    void itGoesWithTheListener() {
        script.stopsListening();
        assertThat(script.resources().shards()).isEmpty();
    }

    /** The connection has ended by the time that the third stage sees its segment. */
    @Test
    void theHandlerMayEndItAndPassOnTheSegment() {
        shard().udp().pipeline().addAfter("demux", "end", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                shard().forEachConnection(tcb -> shard().calls().abort(tcb));
                ctx.fireChannelRead(msg);
            }
        });
        peer.sends(syn(IRS));
        peer.expectsNothingFor(ms(100));
        assertThat(shard().connections().size()).isZero();
        assertThat(script.drops(DropReason.NO_CONNECTION)).isEqualTo(1);
    }
}
