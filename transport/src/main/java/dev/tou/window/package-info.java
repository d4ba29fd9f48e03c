// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Rules about what may flow and what has come: the text received and its order, the windows of both directions, the
 * acknowledgments that are owed.
 *
 * <p>Sequence spaces and windows are RFC 9293 sections 3.4 and 3.8.6, window scaling is RFC 7323 section 2, the blocks of
 * a selective acknowledgment are RFC 2018 section 4. The classes know no channel and no clock: time comes as an argument,
 * a decision goes out as a return value.
 *
 * <p>The rule of the house on memory: <em>the buffer of a datagram never outlives its burst</em>. A datagram is read into
 * a buffer of up to 64 KiB, and one byte that waits in it pins all of it. So text that the application does not read at
 * once is copied into chunks of our own, sized to what they hold, and every limit counts what those chunks really cost.
 */
package dev.tou.window;
