// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Files over a byte stream: {@code tou send} and {@code tou receive}.
 *
 * <p>The conversation, all numbers big-endian:
 *
 * <pre>
 *   sender                                   receiver
 *   "TOUF" version name size         ----&gt;
 *                                    &lt;----   'A' offset           send from there (always 0 in this version)
 *   size bytes                       ----&gt;
 *   SHA-256 of the file              ----&gt;
 *                                    &lt;----   'K' SHA-256          it is on disk under its name
 * </pre>
 *
 * <p>At any time before the last line the receiver may answer {@code 'R' exit-code sentence} instead: it keeps nothing,
 * and reads on until the sender has closed, so that the sentence is not lost in a reset.
 */
package dev.tou.bench.file;
