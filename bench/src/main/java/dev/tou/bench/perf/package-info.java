// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Throughput between two hosts, with the flags and the columns of iperf3.
 *
 * <p>A test is one control connection and one connection for each stream, all to one port: {@code Preamble} is how
 * each begins. Over the control connection the client proposes a {@code TestPlan}, and both ends say when it begins
 * and ends, and what they have counted; {@code Control} is its framing. {@code TestSide} is what both ends have in
 * common: {@code Stream}s, with a {@code Source} or a {@code Drain} each, and a clock. {@code PerfClient} and {@code
 * ServerSession} are the order of things at either end, {@code PerfTable} and {@code PerfJson} what is shown.
 *
 * <p>One event loop runs everything at either end, so nothing here is locked, and a figure is of one core.
 */
package dev.tou.bench.perf;
