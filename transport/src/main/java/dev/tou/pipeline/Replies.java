// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;

/** Segments that are made from the segment that they answer, not from a connection. */
final class Replies {

    private Replies() {}

    /**
     * The reset of RFC 9293 section 3.10.7.1: "If the ACK bit is off, sequence number zero is used,
     * &lt;SEQ=0&gt;&lt;ACK=SEG.SEQ+SEG.LEN&gt;&lt;CTL=RST,ACK&gt;. If the ACK bit is on, &lt;SEQ=SEG.ACK&gt;&lt;CTL=RST&gt;."
     */
    static void reset(Segment reset, Segment cause) {
        if (cause.is(ControlBits.ACK)) {
            reset.header(cause.destinationPort(), cause.sourcePort(), cause.ack(), 0, ControlBits.RST, 0);
        } else {
            int bits = ControlBits.RST | ControlBits.ACK;
            reset.header(cause.destinationPort(), cause.sourcePort(), 0, cause.end(), bits, 0);
        }
    }
}
