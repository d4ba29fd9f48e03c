// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

/**
 * What is fixed for a UDP channel when it is made.
 *
 * @param maxDatagramBytes the largest datagram that peers may send
 * @param mslSeconds the maximum segment lifetime; TIME-WAIT lasts twice that
 */
public record ShardOptions(int maxDatagramBytes, int mslSeconds) {}
