// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** A client that says "that was all" and goes on to read: each direction of a connection ends by itself. */
package dev.tou.examples.halfclose;
