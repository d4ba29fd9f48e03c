// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;

/**
 * Spare large rings for the {@link ReceiveBuffer}s of one event loop. A fast connection needs a large one in every burst, an
 * idle one should hold none, and only few connections are fast in the same burst: so they lend each other a few. Holds no
 * buffer.
 */
public final class RingPool {

    /** References to text in the order of the stream, and for each whether it is borrowed from a datagram. */
    static final class Ring {

        final ByteBuf[] text;
        final boolean[] borrowed;

        Ring(int slots) {
            text = new ByteBuf[slots];
            borrowed = new boolean[slots];
        }

        int slots() {
            return text.length;
        }
    }

    /** The most that are kept. */
    static final int MAX_SPARES = 4;

    /** The largest that is kept: 40 KiB. What one burst brings seldom has more pieces. */
    static final int MAX_SLOTS = 8192;

    private final Ring[] spares = new Ring[MAX_SPARES];

    /** {@return an empty ring of at least {@code slots}; the largest there is, so that it need not grow} */
    Ring take(int slots) {
        int largest = 0;
        for (int i = 1; i < MAX_SPARES; i++) {
            if (slotsOf(i) > slotsOf(largest)) {
                largest = i;
            }
        }
        if (slotsOf(largest) < slots) {
            return new Ring(slots);
        }
        Ring ring = spares[largest];
        spares[largest] = null;
        return ring;
    }

    /** Takes back an empty ring, in place of the smallest if there are enough. */
    void give(Ring ring) {
        int smallest = 0;
        for (int i = 1; i < MAX_SPARES; i++) {
            if (slotsOf(i) < slotsOf(smallest)) {
                smallest = i;
            }
        }
        if (ring.slots() > slotsOf(smallest) && ring.slots() <= MAX_SLOTS) {
            spares[smallest] = ring;
        }
    }

    private int slotsOf(int place) {
        return spares[place] == null ? 0 : spares[place].slots();
    }
}
