// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;

/** Where SACK is agreed on, each report of an arrival lets out as much new text (RFC 3042, RFC 2018). */
class LimitedTransmitTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private void tenSegmentsAreOut(int bytes) {
        acceptedFrom(ms(20), syn(IRS).mss(1000).sackOk());
        app.writes(bytes);
        for (int i = 0; i < 10; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
    }

    // RFC 3042 section 2: "the TCP sender SHOULD transmit a segment of previously unsent data" upon each of the first
    // two.
    @Test
    void theFirstTwoReportsLetNewTextOut() {
        tenSegmentsAreOut(12_000);
        script.passes(ms(20));
        peer.sends(ack(FIRST).sack(FIRST + 1000, FIRST + 2000));
        peer.expects(data(1000).seq(FIRST + 10_000)).now();
        peer.sends(ack(FIRST).sack(FIRST + 1000, FIRST + 3000));
        peer.expects(data(1000).seq(FIRST + 11_000)).now();
        peer.sends(ack(FIRST + 12_000));
    }

    // "The receiver's advertised window allows the transmission of the segment."
    @Test
    void notBeyondTheWindow() {
        listens();
        peer.sends(syn(IRS).mss(1000).sackOk().win(10_000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(20));
        peer.sends(ack(FIRST).win(10_000));
        app.writes(10_000);
        app.writes(2_000);
        for (int i = 0; i < 10; i++) {
            peer.expects(data(1000).seq(FIRST + 1000 * i)).now();
        }
        script.passes(ms(20));
        peer.sends(ack(FIRST).win(10_000).sack(FIRST + 1000, FIRST + 2000));
        peer.sends(ack(FIRST).win(10_000).sack(FIRST + 1000, FIRST + 3000));
        peer.expectsNothingFor(ms(2));
        peer.sends(ack(FIRST + 10_000));
        peer.expects(data(1000).seq(FIRST + 10_000)).now();
        peer.expects(data(1000).seq(FIRST + 11_000)).now();
        peer.sends(ack(FIRST + 12_000));
    }
}
