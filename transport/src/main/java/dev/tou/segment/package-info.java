// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * The words that everything else is written in: segments, sequence numbers, control bits, options, and their form on the
 * wire (RFC 9293 sections 3.1 to 3.4, RFC 7323, RFC 2018, RFC 6994).
 *
 * <p>Nothing here knows a connection, a clock or a channel.
 */
package dev.tou.segment;
