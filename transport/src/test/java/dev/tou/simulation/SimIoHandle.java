// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;

/** A handle that a {@link SimIoHandler} serves; its events are {@link Readiness}. */
interface SimIoHandle extends IoHandle {

    @Override
    void close();

    /** What a socket is ready for. */
    enum Readiness implements IoEvent {
        READ,
        WRITE,
        READ_AND_WRITE;

        boolean read() {
            return this != WRITE;
        }

        boolean write() {
            return this != READ;
        }

        Readiness and(Readiness other) {
            return this == other ? this : READ_AND_WRITE;
        }
    }
}
