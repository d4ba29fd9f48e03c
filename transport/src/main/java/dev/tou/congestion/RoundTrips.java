// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Cuts time into round trips: one ends when all that was in flight when it began has been delivered. Counted by bytes, so
 * that it does not matter how many segments an acknowledgment covers. Knows the most that was in flight lately as well.
 */
final class RoundTrips {

    private long deliveredBytes;
    private long endBytes;
    private long peakBytes;
    private long lastPeakBytes;

    /** {@return whether a round trip has ended with this acknowledgment, and another begins} */
    boolean onAck(AckSample sample) {
        peakBytes = Math.max(peakBytes, sample.priorInFlightBytes());
        deliveredBytes += sample.deliveredBytes();
        if (deliveredBytes < endBytes) {
            return false;
        }
        // Strictly later than now, so that an empty path does not make every call a round trip.
        endBytes = deliveredBytes + Math.max(1, sample.inFlightBytes());
        lastPeakBytes = peakBytes;
        peakBytes = sample.inFlightBytes();
        return true;
    }

    /** {@return the most that was in flight in this round trip and the one before, in bytes} */
    long peakInFlightBytes() {
        return Math.max(peakBytes, lastPeakBytes);
    }
}
