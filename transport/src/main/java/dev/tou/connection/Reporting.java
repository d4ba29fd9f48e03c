// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * Whether a listener of this event loop is being called. The engine is then in the middle of something, most often of a segment
 * that is half made, so what the listener asks of any connection waits until the loop's next task.
 */
public final class Reporting {

    private int depth;

    void begin() {
        depth++;
    }

    void end() {
        depth--;
    }

    /** {@return whether a listener is being called} */
    public boolean isUnderWay() {
        return depth > 0;
    }
}
