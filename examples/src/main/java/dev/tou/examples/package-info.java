// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Small programs to copy from: one idea, two or three short files each. {@code examples/README.md} has them all with the
 * commands that run them.
 */
package dev.tou.examples;
