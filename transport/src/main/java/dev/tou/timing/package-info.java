// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Time: the timers of a connection, and the wheel of an event loop on which they all hang.
 *
 * <p>RFC 9293 section 3.8, RFC 6298, RFC 8985 and RFC 1122 give a connection about a dozen timers, nearly all of which are
 * moved or stopped before they expire. So a timer is a number in its connection, a connection is one node on a wheel of
 * 1 ms ticks, and only the earliest deadline of a whole event loop becomes a task of that loop. Moving a deadline later,
 * which an acknowledgment does every time, is one store.
 *
 * <p>All times are nanoseconds of the event loop's ticker and are compared by subtraction, so they may wrap. This is the
 * bottom floor: it knows no connection, no segment and no channel, and of Netty only {@code io.netty.util.concurrent}.
 */
package dev.tou.timing;
