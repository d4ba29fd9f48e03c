// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import dev.tou.bench.Transports;

/**
 * What is the same for all transports as far as it applies to them.
 *
 * @param io how event loops wait
 * @param pathMtuBytes the largest IP packet of tou and QUIC, 1280 to 65 535; 0 leaves it to the transport
 * @param receiveBufferBytes the receive window of tou and QUIC; 0 leaves it to the transport; kernel TCP tunes its own
 */
public record Settings(Transports.Io io, int pathMtuBytes, int receiveBufferBytes) {

    Settings withPathMtu(int bytes) {
        return new Settings(io, bytes, receiveBufferBytes);
    }
}
