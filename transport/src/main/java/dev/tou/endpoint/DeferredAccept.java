// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.concurrent.TimeUnit;

import dev.tou.connection.ByteStream;
import io.netty.util.concurrent.Future;

/**
 * Stands in for the application of a connection that is complete and not yet offered for accept, until something can be read,
 * text or the end of it, and the accept queue has room.
 */
final class DeferredAccept implements ByteStream {

    private final Listener listener;
    private final Listener.Pending pending;
    private final Future<?> timeout;

    DeferredAccept(Listener listener, Listener.Pending pending, int seconds) {
        this.listener = listener;
        this.pending = pending;
        pending.connection().stream(this);
        timeout = pending.shard().loop().schedule(() -> listener.deferralOver(this), seconds, TimeUnit.SECONDS);
    }

    /** {@return the connection} */
    Listener.Pending pending() {
        return pending;
    }

    /** {@return the connection, from now on without this} */
    Listener.Pending end() {
        timeout.cancel(false);
        pending.connection().stream(ByteStream.NOBODY);
        return pending;
    }

    @Override
    public void onEstablished() {}

    @Override
    public void onReadable() {
        listener.deferralOver(this);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onFinished() {}

    @Override
    public void onShutdown() {}

    @Override
    public void onClosed(Exception cause) {
        timeout.cancel(false);
        listener.deferralFailed(this);
        // Nobody else will ever close it, and the shard waits for that.
        pending.shard().calls().orphan(pending.connection());
    }
}
