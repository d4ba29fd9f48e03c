// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.net.InetSocketAddress;

/**
 * A listener at a moment.
 *
 * @param local its address and TCP port
 * @param udpPort the UDP port that carries it; another one behind a tunnel port
 * @param waiting how many complete connections wait for accept
 * @param backlog how many may
 * @param halfOpen how many handshakes are under way, or complete and kept back until there is text
 * @param maxSynBacklog how many of those there may be
 */
public record ListenerSnapshot(
        InetSocketAddress local, int udpPort, int waiting, int backlog, int halfOpen, int maxSynBacklog) {}
