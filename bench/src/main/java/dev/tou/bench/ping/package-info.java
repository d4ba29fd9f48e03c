// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Latency of requests that are sent by the clock, whatever has become of the earlier ones.
 *
 * <p>{@code Schedule} says when each request is to be sent, {@code Requester} sends and takes the answers in the event
 * loop, {@code Alarm} wakes it in time, {@link dev.tou.bench.ping.Measurement} keeps the histograms, {@link
 * dev.tou.bench.ping.PingRun} has the connections and the order of things, {@code PingReport} judges and prints. The
 * other end sends back what it gets.
 */
package dev.tou.bench.ping;
