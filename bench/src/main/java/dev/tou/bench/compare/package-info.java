// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code tou bench}: the same bytes by the same handlers over several transports, one after the other, again and again.
 *
 * <p>A figure of one run on a shared machine says little, and a ratio of figures that were measured minutes apart says
 * less. So every round runs all transports, and ratios are formed within a round.
 */
package dev.tou.bench.compare;
