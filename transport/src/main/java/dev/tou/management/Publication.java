// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * The transport's bean on the platform's MBean server: there while any event loop has had a channel of this transport and has not
 * ended, so that neither a name nor a class loader is left behind. Turned off by {@code -Ddev.tou.jmx=false}; in a Java runtime
 * without {@code java.management} there is none.
 *
 * <p>To start a platform's MBean server takes tens of milliseconds, so a thread of its own does it, and no event loop waits.
 */
public final class Publication {

    /** A system property whose presence says that it is worth to look for the bean. */
    static final String MARK = "dev.tou.mbean";

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Publication.class);
    private static final boolean ENABLED = SystemPropertyUtil.getBoolean("dev.tou.jmx", true);
    private static final AtomicInteger LOOPS = new AtomicInteger();

    private Publication() {}

    /**
     * An event loop has its first channel. On any thread; returns at once.
     *
     * @param source looks at all event loops, and waits for them as long as the request says
     */
    public static void enter(Function<SnapshotRequest, TransportSnapshot> source) {
        if (LOOPS.getAndIncrement() == 0 && ENABLED) {
            start(source);
        }
    }

    /** An event loop that has entered has ended. */
    public static void leave() {
        if (LOOPS.decrementAndGet() == 0 && ENABLED) {
            start(null);
        }
    }

    private static void start(Function<SnapshotRequest, TransportSnapshot> source) {
        Thread thread = new Thread(() -> update(source), "tou-management");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    // Several may come in any order: what counts is how many loops there are now.
    private static synchronized void update(Function<SnapshotRequest, TransportSnapshot> source) {
        try {
            if (LOOPS.get() == 0) {
                Registration.end();
            } else if (source != null) {
                Registration.begin(source);
            }
        } catch (LinkageError noManagement) {
            LOGGER.debug(
                    "there is no java.management here, so connections cannot be inspected from outside", noManagement);
        } catch (Exception refused) {
            LOGGER.debug("connections cannot be inspected from outside", refused);
        }
    }
}
