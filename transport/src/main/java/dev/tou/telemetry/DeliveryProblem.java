// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.io.IOException;

/**
 * The peer has not answered for a while; the connection goes on trying (RFC 9293 section 3.8.3, SHLD-9). Fired through the
 * channel's pipeline with {@code userEventTriggered} when what is unanswered is repeated for the {@code RETRIES1}th time in a row,
 * and again only after the peer has been heard in between. An interactive program may tell its user. Of a closed window each probe
 * is a repetition, the first one, too: it stands for text that could not leave.
 *
 * @param connection which connection it is
 * @param waitedNanos for how long what was sent has stayed unanswered
 * @param tries how often it was sent, the first time and the repetition that just leaves included; of a closed window, one more than
 *     its probes
 * @param reason what the network says of it, a {@link java.net.PortUnreachableException} or
 *     {@link java.net.NoRouteToHostException}; null if it says nothing
 */
public record DeliveryProblem(ConnectionId connection, long waitedNanos, int tries, IOException reason) {}
