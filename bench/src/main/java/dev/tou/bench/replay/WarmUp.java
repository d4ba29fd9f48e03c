// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;

/**
 * What happens before the first scenario, and is not shown. Classes are loaded when they are first needed, so the first connection
 * of a process has a round trip of a second or more; its retransmission timeout would begin there, and the scenario would tell of
 * this program's start and not of TCP.
 */
final class WarmUp {

    private static final int MOST_CONNECTIONS = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A handshake that is quicker than this says nothing of class loading any more. */
    private static final long QUICK_NANOS = Duration.ofMillis(15).toNanos();

    private WarmUp() {}

    /**
     * Opens and closes connections until a handshake is quick, or a busy machine has none that is.
     *
     * @param page one that nobody sees, of the kind that is used later
     */
    static void on(Transports.Io io, Page page) throws InterruptedException {
        try (Stage stage = new Stage(io, page, false)) {
            stage.transcript().patience(PATIENCE);
            stage.listen(bootstrap -> {});
            for (int i = 0; i < MOST_CONNECTIONS; i++) {
                if (connection(stage) < QUICK_NANOS) {
                    return;
                }
            }
        } catch (Failure slow) {
            if (slow.exit() != ExitCode.NOT_SEEN) {
                throw slow;
            }
            // It is for the scenario to say what cannot be seen here.
        }
    }

    /** {@return how long the handshake took} */
    private static long connection(Stage stage) throws InterruptedException {
        long begin = System.nanoTime();
        stage.connect(bootstrap -> {});
        stage.handshake();
        long nanos = System.nanoTime() - begin;
        stage.client().write("warm");
        stage.server().sees("reads");
        stage.server().write("up");
        stage.client().sees("reads");
        stage.client().close();
        stage.client().sees("closed");
        stage.server().sees("closed");
        stage.client().nextChannel();
        stage.server().nextChannel();
        return nanos;
    }
}
