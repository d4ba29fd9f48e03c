// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Captures for Wireshark: each datagram as it is on the wire, and the TCP segment in it as if it came over IP alone, in one
 * pcapng file.
 */
package dev.tou.capture;
