// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.time.Duration;

/** What the number or the time of an option may be. */
public final class Range {

    private Range() {}

    /**
     * Does nothing if {@code value} is from {@code least} to {@code most}, both included.
     *
     * @param what has the value, as a user would write it
     * @throws Failure otherwise, with {@link ExitCode#USAGE}
     */
    public static void require(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new Failure(
                    ExitCode.USAGE, what + " is " + value + "; give a number from " + least + " to " + most + ".");
        }
    }

    /**
     * Does nothing if {@code time} is more than none.
     *
     * @param what has it, as a user would write it
     * @throws Failure otherwise, with {@link ExitCode#USAGE}
     */
    public static void requireTime(String what, Duration time) {
        if (time.isZero()) {
            throw new Failure(ExitCode.USAGE, what + " is 0; give a time.");
        }
    }
}
