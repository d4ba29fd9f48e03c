// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.window.RingPool;
import dev.tou.window.SlabPool;

/** What the connections of one event loop hold in buffers, in bytes, and what they lend each other. Not shared between threads. */
public final class MemoryAccount {

    private final RingPool rings = new RingPool();
    private final SlabPool slabs = new SlabPool();

    private long bytes;

    /** {@return the bytes held now} */
    public long bytes() {
        return bytes;
    }

    RingPool rings() {
        return rings;
    }

    SlabPool slabs() {
        return slabs;
    }

    void charge(int delta) {
        bytes += delta;
        assert bytes >= 0;
    }
}
