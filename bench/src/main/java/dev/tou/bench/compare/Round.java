// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.Map;

/**
 * What one transport did in one round.
 *
 * @param value in the unit of the workload
 * @param details other figures, by their names with units
 * @param failures how often what went wrong
 */
record Round(double value, Map<String, Double> details, Map<String, Long> failures) {}
