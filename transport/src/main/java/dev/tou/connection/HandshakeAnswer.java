// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.SegmentOptions;

/**
 * What the answer to our SYN or SYN-ACK tells: how long a round trip takes, and whether what was repeated was repeated for
 * nothing.
 *
 * <p>Sent once, it measures the round trip. Sent more often, it does not by itself (Karn's rule, RFC 6298 section 3), but the
 * timestamp that it echoes does (RFC 7323 section 4). If that is the one of the <em>first</em>, the first has arrived, and the
 * path was only slower than the clock of the handshake (RFC 3522): the connection begins as if nothing had been repeated, with
 * the initial window and timeout of that round trip, instead of one segment (RFC 5681 section 3.1) and 3 s (RFC 6298 section
 * 5.7). The clock of the timestamps counts milliseconds, and repetitions are a second apart, so no two of them look alike.
 *
 * <p>A SYN-ACK that its sender has repeated of its own accord echoes the first SYN, too. A client cannot tell it from one that was
 * late; the round trip that it measures then has the second of that repetition in it. Linux judges alike.
 */
public final class HandshakeAnswer {

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private HandshakeAnswer() {}

    /** Reads the options of the segment that completes the handshake. */
    public static void read(TransmissionControlBlock tcb, SegmentOptions answer, long nowNanos) {
        Handshake handshake = tcb.handshake;
        if (handshake.sentOnce()) {
            tcb.rtt.onSample(nowNanos - handshake.sentNanos(), nowNanos);
        } else if (tcb.negotiated.timestamps()) {
            int echo = answer.timestampEcho();
            if (handshake.tries() > 0 && echo == tcb.timestamps.value(handshake.firstNanos())) {
                handshake.firstHasArrived();
                tcb.rtt.onSample(nowNanos - handshake.firstNanos(), nowNanos);
            } else {
                sampleEcho(tcb, echo, nowNanos);
            }
        }
    }

    private static void sampleEcho(TransmissionControlBlock tcb, int echo, long nowNanos) {
        long echoNanos = (tcb.timestamps.value(nowNanos) - echo) * NANOS_PER_MILLI;
        // Nothing was sent before the first of them, and clocks count whole milliseconds.
        if (echoNanos <= nowNanos - tcb.handshake.beganNanos() + NANOS_PER_MILLI) {
            tcb.rtt.onCoarseSample(echoNanos, nowNanos);
        }
    }
}
