// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Rules about what is lost, and when to think so: round-trip times and the retransmission timeout, what was sent and not
 * acknowledged, which of it must be sent again.
 *
 * <p>RFC 6298 (timeout), RFC 7323 section 4 (round-trip times from timestamps), RFC 2018 and RFC 2883 (selective
 * acknowledgment), RFC 8985 (RACK-TLP), RFC 5682 and RFC 4015 (spurious timeouts). How fast to send is not decided here but
 * in {@code dev.tou.congestion}, which these rules tell what happened. The classes know no channel and no timer: time comes
 * as an argument, a deadline goes out as a return value.
 */
package dev.tou.retransmission;
