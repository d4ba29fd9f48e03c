// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * The scripted peer: one end of a connection is the real thing, stock bootstraps over the real pipeline, the other is a raw
 * UDP socket that speaks hand-made segments. A test reads like a packet trace on virtual time, and what is expected of the
 * wire is read by a decoder of its own, so that a mistake of the codec is seen.
 */
package dev.tou.script;
