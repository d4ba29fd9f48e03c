// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;

/**
 * What all streams of one end have done between two ticks of its clock.
 *
 * @param omitted whether it is before the measurement
 * @param startNanos when it began, since the test began, or since the measurement did
 * @param endNanos when it ended
 * @param spans of each stream, by number
 */
record Interval(boolean omitted, long startNanos, long endNanos, List<Span> spans) {}
