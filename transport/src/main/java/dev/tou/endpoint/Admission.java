// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.Opener;
import dev.tou.connection.TransmissionControlBlock;

/**
 * The place that a half-open connection has with its listener. It is that listener which hears how the handshake ends, even if
 * another one listens on the port by then.
 */
public record Admission(Listener listener, Shard shard) implements Opener {

    @Override
    public boolean canComplete() {
        return listener.canComplete();
    }

    @Override
    public boolean resetsOnOverflow() {
        return listener.resetsOnOverflow();
    }

    @Override
    public void handshakeOver(TransmissionControlBlock tcb) {
        listener.handshakeOver(shard, tcb);
    }
}
