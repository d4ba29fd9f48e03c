// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.function.BiConsumer;

/**
 * Whether something of the application is being called in the middle of the engine's work, most often of a segment that is half
 * made: a listener, a factory of listeners or controllers, or a handler that a segment meets on its way out. What it asks of any
 * connection of this event loop waits until the loop's next task.
 */
public final class Reporting {

    private final BiConsumer<ConnectionKey, Throwable> controllerFailures;
    private int depth;

    /** @param controllerFailures is told when a factory of congestion controllers has made none for a connection, and why */
    public Reporting(BiConsumer<ConnectionKey, Throwable> controllerFailures) {
        this.controllerFailures = controllerFailures;
    }

    /** The application is called, or may be. */
    public void begin() {
        depth++;
    }

    /** That call has returned. */
    public void end() {
        depth--;
    }

    /** {@return whether the application is being called} */
    public boolean isUnderWay() {
        return depth > 0;
    }

    void controllerFailed(ConnectionKey key, Throwable failure) {
        controllerFailures.accept(key, failure);
    }
}
