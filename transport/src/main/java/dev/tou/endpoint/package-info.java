// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Many connections on one UDP address: finding the one that a datagram is for, and remembering those that are over
 * (RFC 9293 section 3.10.7, RFC 6191, RFC 1337).
 *
 * <p>Everything here belongs to one UDP channel and its event loop, and nothing here may cost more per datagram because there
 * are more connections, or because somebody chooses their ports and addresses with intent.
 */
package dev.tou.endpoint;
