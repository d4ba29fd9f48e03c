// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** A handler of one's own on the pipeline of the UDP channel: it loses datagrams, and TCP makes up for them. */
package dev.tou.examples.wire;
