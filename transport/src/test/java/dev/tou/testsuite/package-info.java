// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Netty's own transport suite, run against our channels on every kind of event loop and on two wires.
 *
 * <p>{@link dev.tou.testsuite.OnEveryTransport} runs a class once for each {@link dev.tou.testsuite.Wiring}; the bootstraps come
 * from {@link dev.tou.testsuite.TouPermutation}. Most classes here only inherit; docs/NETTY-TESTSUITE.md says which do more, and
 * why.
 */
package dev.tou.testsuite;
