// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Rules about how fast to send: how much may be in flight, and at what pace.
 *
 * <p>{@link dev.tou.congestion.CongestionController} is the seam: it hears what happened and answers with a number of bytes.
 * What is lost, and what to send again, is decided in {@code dev.tou.retransmission}; that both can change apart from each
 * other is the point. {@link dev.tou.congestion.Cubic} is the default (RFC 9438), {@link dev.tou.congestion.NewReno} the
 * classic (RFC 5681, RFC 6582); both start with HyStart++ (RFC 9406). How a flight shrinks during recovery is
 * {@link dev.tou.congestion.ProportionalRateReduction} (RFC 9937). Everything is counted in bytes and nanoseconds.
 */
package dev.tou.congestion;
