// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

/**
 * What must still happen when the process is told to end (Ctrl-C, SIGTERM): the temporary file removed, the last sentence
 * said. Closed when there is nothing left to do.
 *
 * <p>The exit code is then the one that the signal implies, 130 or 143; the virtual machine sees to that.
 */
public final class Interruption implements AutoCloseable {

    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    /** Registers {@code action}, to be run if the process is interrupted before {@link #close}. */
    public static Interruption onInterrupt(Runnable action) {
        Thread hook = new Thread(action, "tou-interrupted");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            action.run();
        }
        return new Interruption(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // the action is running or has run
        }
    }
}
