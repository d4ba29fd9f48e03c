// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The listeners of an endpoint by TCP port. Whoever binds may be on any thread, and claims a port or gets none; the look-up,
 * which every segment without a connection needs, takes no lock and allocates nothing.
 */
final class Listeners {

    private static final int LAST_PORT = 65_535;
    private static final int PAGE_BITS = 8;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    /** A page is made when its first port is taken, and then stays. */
    private final AtomicReferenceArray<AtomicReferenceArray<Listener>> pages =
            new AtomicReferenceArray<>((LAST_PORT + 1) >>> PAGE_BITS);

    private volatile int size;
    private int silentOnes;
    private volatile boolean silent;

    /** {@return the listener of a TCP port, or null} */
    Listener find(int tcpPort) {
        AtomicReferenceArray<Listener> page = pages.get(tcpPort >>> PAGE_BITS);
        return page == null ? null : page.get(tcpPort & PAGE_SIZE - 1);
    }

    /**
     * Adds a listener for a port that has none.
     *
     * @param tcpPort 1 to 65535
     * @param maker makes the listener; not called if the port is taken
     * @return the listener, or null if the port is taken
     */
    synchronized Listener add(int tcpPort, IntFunction<Listener> maker) {
        if (find(tcpPort) != null) {
            return null;
        }
        Listener listener = maker.apply(tcpPort);
        put(tcpPort, listener);
        size++;
        silentOnes += listener.isSilent() ? 1 : 0;
        silent = silentOnes > 0;
        return listener;
    }

    /**
     * Adds a listener for any port that has none.
     *
     * @param first the port that is tried first; then those after it, and after 65535 those that anybody may use
     * @param maker makes the listener; not called if all are taken
     * @return the listener, or null if all are taken
     */
    synchronized Listener addAnywhere(int first, IntFunction<Listener> maker) {
        int port = first;
        for (int tries = 0; tries <= LAST_PORT; tries++) {
            Listener listener = add(port, maker);
            if (listener != null) {
                return listener;
            }
            port = port == LAST_PORT ? EphemeralPorts.FIRST : port + 1;
        }
        return null;
    }

    /** {@return whether the listener was there; it is no more} */
    synchronized boolean remove(Listener listener) {
        if (find(listener.tcpPort()) != listener) {
            return false;
        }
        put(listener.tcpPort(), null);
        size--;
        silentOnes -= listener.isSilent() ? 1 : 0;
        silent = size == 0 ? silent : silentOnes > 0;
        return true;
    }

    private void put(int tcpPort, Listener listener) {
        AtomicReferenceArray<Listener> page = pages.get(tcpPort >>> PAGE_BITS);
        if (page == null) {
            page = new AtomicReferenceArray<>(PAGE_SIZE);
            pages.set(tcpPort >>> PAGE_BITS, page);
        }
        page.set(tcpPort & PAGE_SIZE - 1, listener);
    }

    /** {@return whether one of them wants ports without a listener to be silent; if there is none, whether the last ones did} */
    boolean isSilent() {
        return silent;
    }

    /** {@return whether there is none} */
    boolean isEmpty() {
        return size == 0;
    }

    /** Visits those that are there now, in the order of their ports; the visitor may add and remove. */
    void forEach(Consumer<Listener> visitor) {
        List<Listener> present = new ArrayList<>();
        for (int port = 0; port <= LAST_PORT && present.size() < size; port++) {
            Listener listener = find(port);
            if (listener != null) {
                present.add(listener);
            }
        }
        present.forEach(visitor);
    }
}
