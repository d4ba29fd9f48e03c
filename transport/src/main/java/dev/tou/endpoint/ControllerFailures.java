// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.function.BiConsumer;

import dev.tou.connection.ConnectionKey;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Tells the log that an application's factory has made no congestion controller; once for each event loop. */
final class ControllerFailures implements BiConsumer<ConnectionKey, Throwable> {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ControllerFailures.class);

    private boolean told;

    @Override
    public void accept(ConnectionKey connection, Throwable failure) {
        if (told) {
            LOGGER.debug("no congestion controller for {} either", connection, failure);
        } else {
            told = true;
            LOGGER.warn(
                    "no congestion controller for {}, which has CUBIC now; this is logged once", connection, failure);
        }
    }
}
