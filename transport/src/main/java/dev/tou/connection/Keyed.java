// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** Something that a table of connections finds by its key. */
public interface Keyed {

    /** {@return the key; always the same one} */
    ConnectionKey key();
}
