// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

/** Which way a packet went, seen from the host that captured it; the values are those of {@code epb_flags} in pcapng. */
public enum Direction {
    /** Nobody knows, or neither. */
    UNKNOWN,
    /** It came. */
    INBOUND,
    /** It went. */
    OUTBOUND
}
