// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code tou replay}: what TCP does when a connection opens, closes and dies, shown on real connections over real UDP.
 *
 * <p>A {@link dev.tou.bench.replay.Scenario} is a play of a few lines. Its {@code Stage} has two ends and a {@code Wire} between
 * them, which prints each segment and can lose, hold or repeat it. What a scenario expects it waits for, so a replay that ends
 * well has been seen.
 */
package dev.tou.bench.replay;
