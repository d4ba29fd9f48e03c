// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * Whether something of the application is being called in the middle of the engine's work, most often of a segment that is half
 * made: a listener, a factory of listeners or controllers, or a handler that a segment meets on its way out. What it asks of any
 * connection of this event loop waits until the loop's next task.
 */
public final class Reporting {

    private int depth;
    private boolean controllerFailed;

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

    /** A factory of controllers has made none. {@return whether that was the first time on this loop} */
    boolean controllerFailed() {
        boolean first = !controllerFailed;
        controllerFailed = true;
        return first;
    }
}
