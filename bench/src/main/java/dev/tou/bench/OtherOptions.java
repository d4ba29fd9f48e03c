// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Optional;

/** A command that is like another tool, and knows what to say of those options of the other that it has not. */
public interface OtherOptions {

    /**
     * What to say to a user who gives an option that this command does not have.
     *
     * @param option its name as it was typed, without a value behind {@code =}
     * @return a whole sentence, with its period; empty if it is no option of the other tool
     */
    Optional<String> insteadOf(String option);
}
