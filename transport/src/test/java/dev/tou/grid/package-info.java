// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Bulk transfers over every combination of round trip, rate, buffer and loss, in virtual time. The table of their goodput is a
 * file beside the sources, so that a change of behaviour is a diff that somebody has to agree with.
 */
package dev.tou.grid;
