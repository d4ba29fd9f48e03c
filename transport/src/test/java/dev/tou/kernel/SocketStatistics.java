// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.util.HashMap;
import java.util.Map;

/**
 * A line of {@code ss -tinmoHO}: what the kernel knows of a connection.
 *
 * @param state such as {@code ESTAB}
 * @param line as it was printed
 * @param values what is printed as {@code name:value}; a word without a value, such as {@code sack}, has an empty one
 */
record SocketStatistics(String state, String line, Map<String, String> values) {

    static SocketStatistics parse(String line) {
        String[] words = line.trim().split("\\s+");
        Map<String, String> values = new HashMap<>();
        // State, two queues, two addresses; then names and values.
        for (int i = 5; i < words.length; i++) {
            String[] parts = words[i].split(":", 2);
            values.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        return new SocketStatistics(words[0], line, values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** {@return the number before the first comma or slash; 0 if nothing is printed, as {@code ss} does with a 0} */
    long number(String name) {
        return Long.parseLong(values.getOrDefault(name, "0").split("[,/]")[0]);
    }

    /** {@return retransmissions in all, the second number of {@code retrans:0/3}} */
    long retransmissions() {
        String value = values.get("retrans");
        return value == null ? 0 : Long.parseLong(value.split("/")[1]);
    }

    String timer() {
        return values.getOrDefault("timer", "none");
    }
}
