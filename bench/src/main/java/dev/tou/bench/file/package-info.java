// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Files over a byte stream: {@code tou send} and {@code tou receive}.
 *
 * <p>The conversation, all numbers big-endian:
 *
 * <pre>
 *   sender                                   receiver
 *   "TOUF" version flags name size   ----&gt;
 *                                    &lt;----   'H' bytes            repeated while it reads what it has of the file
 *                                    &lt;----   'A' offset [SHA-256] it has so many bytes, which have this digest
 *   'H' bytes                        ----&gt;                        repeated while it reads as many of its own
 *   'S' start                        ----&gt;                        offset if the digests are equal, otherwise 0
 *   size - start bytes               ----&gt;
 *   SHA-256 of the whole file        ----&gt;
 *                                    &lt;----   'K' SHA-256          it is on disk under its name
 * </pre>
 *
 * <p>So a transfer that broke goes on where it stopped, and a file that has changed at either end meanwhile begins anew:
 * nothing has to be believed about a partial file but its bytes. The digest at the end is that of the whole file at both
 * ends, whatever came when.
 *
 * <p>At any time before the last line the receiver may answer {@code 'R' exit-code sentence} instead, and reads on until
 * the sender has closed, so that the sentence is not lost in a reset.
 */
package dev.tou.bench.file;
