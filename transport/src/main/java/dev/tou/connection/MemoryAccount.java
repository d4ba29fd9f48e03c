// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** What the connections of one event loop hold in buffers, in bytes. Not shared between threads. */
public final class MemoryAccount {

    private long bytes;

    /** {@return the bytes held now} */
    public long bytes() {
        return bytes;
    }

    void charge(int delta) {
        bytes += delta;
        assert bytes >= 0;
    }
}
