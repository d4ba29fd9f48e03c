// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * What a flood of forged SYNs does to everybody else: a generator on one thread, connects and a transfer beside it, with cookies
 * and without.
 */
package dev.tou.bench.flood;
