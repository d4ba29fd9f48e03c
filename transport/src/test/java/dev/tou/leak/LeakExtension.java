// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.leak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.netty.util.LeakPresenceDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class that leaves buffers behind. Found by JUnit on its own. */
public final class LeakExtension implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    /** How long event loops that are shutting down may take to release what they hold. */
    static final String PATIENCE_MILLIS = "tou.leak.patience";

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private String firstTest;

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isOutermost(context)) {
            firstTest = null;
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (firstTest == null && CountingLeakDetector.SCOPE.hasOpenResources()) {
            firstTest = context.getDisplayName();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!isOutermost(context)) {
            return;
        }
        for (long left = patienceNanos();
                left > 0 && CountingLeakDetector.SCOPE.hasOpenResources();
                left -= STEP_NANOS) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        try {
            LeakPresenceDetector.check();
        } catch (IllegalStateException leak) {
            throw new AssertionError(
                    "buffers that were not released"
                            + (firstTest == null ? "" : ", the first of them perhaps in " + firstTest),
                    leak);
        }
    }

    private static long patienceNanos() {
        return TimeUnit.MILLISECONDS.toNanos(Long.getLong(PATIENCE_MILLIS, 30_000));
    }

    private static boolean isOutermost(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() == null
                || context.getParent().map(ExtensionContext::getTestClass).isEmpty()
                || context.getParent().get().getTestClass().isEmpty();
    }
}
