// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A sentence must be true of the segment that it is about. */
class DepartureWordsTest {

    private final SequenceSpace server = new SequenceSpace();

    private static WireSegment segment(int flags, int seq, int ack, int window) {
        return new WireSegment(1, 2, seq, ack, flags, window, WireOptions.NONE, new byte[0]);
    }

    private String answer(int ack) {
        WireSegment answer = segment(Flags.ACK, 1001, ack, 0);
        String sentence = new DepartureWords("server", server, answer).told().sentence();
        server.sends(answer);
        return sentence;
    }

    /** In TIME-WAIT there is no buffer that could be full. */
    @Test
    void aWindowOfZeroBehindAFin() {
        server.takes(segment(Flags.SYN, 100, 0, 1000));
        server.sends(segment(Flags.SYN | Flags.ACK, 1000, 101, 1000));
        server.takes(segment(Flags.ACK, 101, 1001, 1000));
        assertThat(answer(101)).endsWith("and closes its window: its buffer is full.");
        server.sends(segment(Flags.ACK, 1001, 101, 1000));
        server.takes(segment(Flags.FIN | Flags.ACK, 101, 1001, 1000));
        assertThat(answer(102)).endsWith("Its window is 0: behind the other's FIN nothing more can come.");
    }
}
