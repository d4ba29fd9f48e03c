// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * What is fixed for a listener when it begins to listen.
 *
 * @param backlog the most complete connections that wait for accept; one may always
 * @param maxSynBacklog the most half-open connections
 * @param cookiesFrom with how many half-open connections a SYN is answered with a cookie instead of becoming one more
 * @param abortOnOverflow whether a handshake that finds no room in the accept queue is reset instead of ignored
 * @param deferSeconds how long a complete connection without text is kept back; 0 for not at all
 * @param limitsAmplification whether a peer that has not proven its address gets three times at most what came from there
 * @param sources the UDP addresses that are answered; asked on the event loop for every segment without connection
 * @param silent whether segments to TCP ports of the UDP channel where nobody listens are not even reset
 */
public record ListenerOptions(
        int backlog,
        int maxSynBacklog,
        int cookiesFrom,
        boolean abortOnOverflow,
        int deferSeconds,
        boolean limitsAmplification,
        Predicate<InetSocketAddress> sources,
        boolean silent) {

    /** One may always wait, where the backlog is zero, too. */
    public ListenerOptions {
        backlog = Math.max(1, backlog);
    }
}
