// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.tou.endpoint.EndpointRegistry.Name;

/**
 * The addresses that were taken out of a wildcard and have not come back. Only they may get a UDP channel again while the
 * wildcard lives: any other without one is served by the catch-all, and the kernel would give the datagrams of its connections to
 * the new channel, which knows none of them.
 *
 * <p>Used by who holds {@link EndpointRegistry#OPENING}.
 */
final class CededAddresses {

    private final Set<Name> names = new LinkedHashSet<>();

    /** How often {@link #takeEnded} is to be called yet; read without the lock. */
    private volatile int openings;

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** An address is another endpoint's now. */
    void ceded(Name name) {
        names.add(name);
    }

    /** It has come back, with its UDP channel. */
    void cameBack(Name name) {
        names.remove(name);
    }

    /** {@link #takeEnded} will be called, on the event loop of the wildcard. */
    void expectOpening() {
        openings++;
    }

    /** {@return whether it is yet to be called} On the event loop of the wildcard; until then nobody may be answered there. */
    boolean areBeingOpened() {
        return openings > 0;
    }

    /**
     * {@return those whose endpoint has ended, to be opened in the same turn of the event loop} Once: what cannot be bound now is
     * the catch-all's from now on.
     */
    List<InetSocketAddress> takeEnded() {
        openings--;
        List<Name> ended = names.stream()
                .filter(name -> EndpointRegistry.find(name) == null)
                .toList();
        ended.forEach(names::remove);
        return ended.stream().map(Name::address).toList();
    }
}
