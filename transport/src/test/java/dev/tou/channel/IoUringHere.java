// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.channel.uring.IoUring;
import org.junit.jupiter.api.Assumptions;

/** Whether the kernel has io_uring and lets us use it; containers often forbid it. */
public final class IoUringHere {

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private IoUringHere() {}

    /**
     * Passes where io_uring works. Elsewhere the test is skipped, which is said once; with {@code TOU_REQUIRE_ROOT=1} it
     * fails.
     */
    public static void orElse(String consequence) {
        if (IoUring.isAvailable()) {
            return;
        }
        String missing = "this kernel, or this container, has no io_uring; " + consequence;
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing, IoUring.unavailabilityCause());
        }
        if (!SAID.getAndSet(true)) {
            System.out.println(missing + " (" + IoUring.unavailabilityCause() + ")");
        }
        Assumptions.abort(missing);
    }
}
