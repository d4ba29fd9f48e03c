// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.ArrayList;
import java.util.List;

import dev.tou.simulation.Fate;

/**
 * One segment on the wire, as somebody beside the cable sees it.
 *
 * @param number the datagram's
 * @param nanos when it was sent
 * @param fromClient whose it is
 * @param bits the control bits
 * @param offset of its first byte of text in the sender's stream
 * @param length of its text
 * @param ackOffset how much of the other end's stream it acknowledges
 * @param sackBlocks how many SACK blocks it carries
 * @param retransmission whether text of it has been on the wire before
 * @param fates what became of it; grows later
 */
record Sighting(
        long number,
        long nanos,
        boolean fromClient,
        int bits,
        long offset,
        int length,
        long ackOffset,
        int sackBlocks,
        boolean retransmission,
        List<Fate> fates) {

    boolean hasText() {
        return length > 0;
    }

    /** {@return whether it acknowledges and does nothing else} */
    boolean isPureAck() {
        return length == 0 && bits == 0x10;
    }

    boolean isLost() {
        return fates.stream().anyMatch(WireLedger::isLoss);
    }

    double millis() {
        return nanos / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                "%12.3f ms %s bits %02x text %d+%d ack %d%s%s %s",
                millis(),
                fromClient ? ">" : "<",
                bits,
                offset,
                length,
                ackOffset,
                sackBlocks > 0 ? " sack" + sackBlocks : "",
                retransmission ? " AGAIN" : "",
                new ArrayList<>(fates));
    }
}
