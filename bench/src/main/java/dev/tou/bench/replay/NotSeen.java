// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/** A scenario waited for something in vain, or saw what may not be. */
final class NotSeen {

    private NotSeen() {}

    /** {@return the failure} {@code what} completes the sentence "Not seen:". */
    static Failure of(String what) {
        return new Failure(ExitCode.NOT_SEEN, "Not seen: " + what + ".");
    }
}
