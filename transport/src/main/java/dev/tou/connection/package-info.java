// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * One connection: what names it, the numbers it starts from, and (with the classes of the engine) its state.
 *
 * <p>RFC 9293 sections 3.3 to 3.6 and 3.10, RFC 6528 (initial sequence numbers), RFC 7323 section 5.4 (timestamp offsets).
 */
package dev.tou.connection;
