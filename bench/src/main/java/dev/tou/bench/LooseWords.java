// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Optional;

/** A command that takes options only, and knows which of them a word was meant for that stands alone. */
public interface LooseWords {

    /**
     * {@return the command line that was meant, such as {@code tou perf -c host}; empty if none suggests itself}
     *
     * @param word as it was typed; options before it have their values already
     */
    Optional<String> meantBy(String word);
}
