// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * One connection: its transmission control block, which owns all parts, and what to do by state (RFC 9293 sections 3.3, 3.9
 * and 3.10, RFC 5961, RFC 6528, RFC 7323).
 */
package dev.tou.connection;
