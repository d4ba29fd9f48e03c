// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.net.InetSocketAddress;

/**
 * A UDP channel at a moment, with what lives on it.
 *
 * @param local its address and UDP port
 * @param peer the address that it is connected to; null for a server's
 * @param connections how many connections it carries
 * @param timeWait how many connections are remembered in TIME-WAIT
 * @param unsentBytes what its connections have handed to it and has not left, in bytes
 */
public record SocketSnapshot(
        InetSocketAddress local, InetSocketAddress peer, int connections, int timeWait, long unsentBytes) {}
