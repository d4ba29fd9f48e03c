// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * What the interface of a UDP channel carries: when the channel was opened, and now. To ask means to look at all interfaces of the
 * host, so what is known is believed for a second, however many datagrams are refused meanwhile.
 */
final class InterfaceMtu {

    static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ToIntFunction<InetAddress> asks;
    private final int bytesAtOpen;
    private boolean known;
    private int bytes;
    private long knownSinceNanos;

    InterfaceMtu(ToIntFunction<InetAddress> asks, int bytesAtOpen) {
        this.asks = asks;
        this.bytesAtOpen = bytesAtOpen;
    }

    /** {@return the largest IP packet that the interface carried when the channel was opened, in bytes} */
    int bytesAtOpen() {
        return bytesAtOpen;
    }

    /** {@return the largest IP packet that the interface of {@code local} carries, or carried a second ago at most, in bytes} */
    int bytes(InetAddress local, long nowNanos) {
        if (!known || nowNanos - knownSinceNanos >= BELIEVED_NANOS) {
            bytes = asks.applyAsInt(local);
            knownSinceNanos = nowNanos;
            known = true;
        }
        return bytes;
    }
}
