// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

/**
 * What a transfer came to, counted beside the wire; all but the timeouts, which only the engine knows.
 *
 * @param bitsPerSecond of the stream, from the first byte written to the last byte read
 * @param textSegments segments with text that were sent
 * @param lostSegments those of them that were lost
 * @param lostBytes their text
 * @param retransmittedBytes text that was sent again
 * @param spuriousBytes text that came more than once
 * @param refusedSegments text out of order that the receiver could not hold, because of its memory or of too many gaps
 * @param timeouts of the retransmission timer
 */
public record PathReport(
        double bitsPerSecond,
        long textSegments,
        long lostSegments,
        long lostBytes,
        long retransmittedBytes,
        long spuriousBytes,
        long refusedSegments,
        long timeouts) {}
