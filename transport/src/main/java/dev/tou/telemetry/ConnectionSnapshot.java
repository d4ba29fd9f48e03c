// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.net.InetSocketAddress;

/**
 * A connection at a moment.
 *
 * @param local our address and TCP port; the wildcard address on a server's socket that takes what no other does
 * @param remote the peer's address and TCP port
 * @param localUdpPort the UDP port that our segments leave from
 * @param remoteUdpPort the UDP port that they go to
 * @param passive whether the peer's SYN began it: it was accepted, or waits to be
 * @param orphan whether the application has closed it, and it lives on to deliver what was written
 * @param ageNanos how long ago it began, in nanoseconds
 * @param info its figures
 */
public record ConnectionSnapshot(
        InetSocketAddress local,
        InetSocketAddress remote,
        int localUdpPort,
        int remoteUdpPort,
        boolean passive,
        boolean orphan,
        long ageNanos,
        TcpInfo info) {}
