// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A kind of event loops, at both ends, and the wire between them. */
record Wiring(Loops loops, Wire wire) {

    /** Which loops, a list such as {@code nio,epoll}; all if it is not given. */
    static final String LOOPS = "tou.testsuite.loops";

    /** Which wires, a list of {@code clean} and {@code lossy}; clean if it is not given. */
    static final String WIRES = "tou.testsuite.wires";

    enum Wire {
        CLEAN,
        LOSSY;

        String label() {
            return name().toLowerCase();
        }
    }

    /** {@return those that the system properties ask for} */
    static List<Wiring> selected() {
        List<Wiring> selected = new ArrayList<>();
        for (Wire wire : Wire.values()) {
            for (Loops loops : Loops.values()) {
                if (isListed(WIRES, Wire.CLEAN.label(), wire.label()) && isListed(LOOPS, "", loops.label())) {
                    selected.add(new Wiring(loops, wire));
                }
            }
        }
        if (selected.isEmpty()) {
            throw new IllegalArgumentException("no such loops and wire: " + LOOPS + '=' + System.getProperty(LOOPS)
                    + ' ' + WIRES + '=' + System.getProperty(WIRES));
        }
        return selected;
    }

    private static boolean isListed(String property, String fallback, String label) {
        String list = System.getProperty(property, fallback);
        return list.isBlank() || Arrays.asList(list.trim().split("\\s*,\\s*")).contains(label);
    }

    @Override
    public String toString() {
        return loops.label() + ", " + wire.label();
    }
}
