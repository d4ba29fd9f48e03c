// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * A bad link on one machine, without root: a UDP relay that loses, delays, reorders and duplicates, by a seed.
 *
 * <p>{@link dev.tou.bench.impair.ImpairmentProfile} says how bad one direction is, {@link dev.tou.bench.impair.LinkFile}
 * knows the links that have a name, {@code Impairment} decides for each datagram, {@code LinkDirection} keeps those on
 * their way, {@link dev.tou.bench.impair.UdpRelay} has the sockets. Only the last knows Netty's channels.
 */
package dev.tou.bench.impair;
