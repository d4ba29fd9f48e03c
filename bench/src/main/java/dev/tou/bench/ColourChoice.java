// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

/** When to use colours: {@code --color}. */
enum ColourChoice {
    /** On a terminal, unless NO_COLOR is set. */
    AUTO,
    ALWAYS,
    NEVER
}
