// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

/**
 * What a relay has done so far.
 *
 * @param toServer from the clients to the server
 * @param toClient from the server to the clients
 * @param clients for how many there is a socket now
 */
public record RelayStatistics(Direction toServer, Direction toClient, int clients) {

    /**
     * One direction, in datagrams unless it says bytes.
     *
     * @param entered arrived at the relay
     * @param enteredBytes their UDP payload
     * @param lost dropped by chance, one by one or in bursts, as the profile says
     * @param corrupted dropped, as a checksum drops what was damaged on its way
     * @param damaged passed on with one bit flipped
     * @param queueDropped dropped because the queue before the link's rate was full, or too much was on its way
     * @param tooBig dropped because they are larger than the link carries
     * @param reordered left after a later one
     * @param duplicated left twice
     * @param left passed on, duplicates included
     * @param leftBytes their UDP payload
     * @param unsendable could not be passed on: no room in the socket, or nobody there
     */
    public record Direction(
            long entered,
            long enteredBytes,
            long lost,
            long corrupted,
            long damaged,
            long queueDropped,
            long tooBig,
            long reordered,
            long duplicated,
            long left,
            long leftBytes,
            long unsendable) {}

    /** The same while it is being counted, by one thread. */
    static final class Counters {
        long entered;
        long enteredBytes;
        long lost;
        long corrupted;
        long damaged;
        long queueDropped;
        long tooBig;
        long reordered;
        long duplicated;
        long left;
        long leftBytes;
        long unsendable;

        Direction snapshot() {
            return new Direction(
                    entered,
                    enteredBytes,
                    lost,
                    corrupted,
                    damaged,
                    queueDropped,
                    tooBig,
                    reordered,
                    duplicated,
                    left,
                    leftBytes,
                    unsendable);
        }
    }
}
