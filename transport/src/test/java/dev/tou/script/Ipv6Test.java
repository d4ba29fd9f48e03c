// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.channel.TouChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;

/** What is different over IPv6: the header is 20 bytes longer (RFC 9293 section 3.7.1). */
class Ipv6Test extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    @Override
    Script newScript() {
        return new Script("2001:db8::1", "2001:db8::2");
    }

    @Test
    void fromSynToFin() {
        listens();
        peer.sends(syn(IRS).mss(9000).sackOk().ts(1, 0).wscale(7));
        peer.expects(synAck(ISS, IRS + 1).mss(8932)).now();
        peer.sends(ack(FIRST));
        app.isActive();
        peer.sends(data("hello"));
        app.received("hello");
        peer.expects(ack(IRS + 6)).now();
        app.writes(2000);
        // 1228 bytes of path less 40 of IPv6, 8 of UDP, 20 of TCP and 12 of timestamps.
        peer.expects(data(1148).seq(FIRST)).now();
        peer.expects(data(852).seq(FIRST + 1148)).now();
        peer.sends(fin().ack(FIRST + 2000));
        peer.expects(fin().ack(IRS + 7)).now();
        peer.sends(ack(FIRST + 2001));
        app.isClosed();
    }

    // MUST-15: 1220 without the option, which the path makes smaller.
    @Test
    void withoutMssThePathDecides() {
        accepted(syn(IRS), server -> server.option(TouChannelOption.PATH_MTU, 1500));
        app.writes(1221);
        peer.expects(data(1220)).now();
        peer.expects(data(1)).now();
        peer.sends(ack(FIRST + 1221));
    }

    @Test
    void theClientOffersTheSame() {
        connects();
        peer.expects(syn(ISS).mss(8932)).now();
        peer.sends(synAck(IRS, ISS + 1));
        peer.expects(ack(IRS + 1)).now();
        app.isActive();
    }
}
