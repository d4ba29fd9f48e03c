// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code tou plot}: from a trace to pictures of it.
 *
 * <p>In one direction only: {@code TraceReader} reads what {@code --trace} wrote into a {@code ConnectionTrace} for each connection,
 * which keeps the course of each quantity as {@code Samples}; {@code Graphs} chooses what belongs together and names it;
 * {@code Thinning} leaves no more than can be seen; {@code Page} and {@code Pictures} draw. {@code Latencies} does the same for
 * logs of HdrHistogram.
 */
package dev.tou.bench.plot;
