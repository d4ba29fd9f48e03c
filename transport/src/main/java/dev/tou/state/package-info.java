// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** The states of a connection and the events that move it between them (RFC 9293 section 3.3.2). */
package dev.tou.state;
