// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * What is written down of connections: captures of what is on the wire, for Wireshark, and traces of what was decided, for
 * {@code tou plot}. {@link dev.tou.bench.trace.RecordingOptions} gives a command its {@code --capture} and {@code --trace}.
 */
package dev.tou.bench.trace;
