// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * Which peers a listener answers, see {@link TouChannelOption#SOURCE_FILTER}. Whoever is not admitted sees what a firewall would
 * show them: nothing. The rules of Netty's {@code IpSubnetFilterRule} fit: {@code SourceFilter office = rule::matches}.
 *
 * <p>Asked on the event loop for every segment to the listener that belongs to no connection, but for resets, which are dropped
 * anyhow: SYNs, acknowledgments that may bring back a cookie, and whatever a flood consists of. So it must neither block nor be
 * slow; one that throws admits nobody.
 */
@FunctionalInterface
public interface SourceFilter extends Predicate<InetSocketAddress> {

    /** Admits everybody: the default. */
    SourceFilter ALL = remoteUdp -> true;

    /**
     * {@return whether the peer may connect}
     *
     * @param remoteUdp where its datagram says that it came from, which is not proven
     */
    @Override
    boolean test(InetSocketAddress remoteUdp);
}
