// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.LinkedHashMap;
import java.util.Map;

/** What held from when to when, one thing at a time: spans of time by name. */
final class Spells {

    private final Map<String, Samples> byName = new LinkedHashMap<>();
    private String current;
    private double since;

    /** {@code name} holds from now on; null for nothing. */
    void begin(double nanos, String name) {
        end(nanos);
        current = name;
        since = nanos;
    }

    /** {@return whether anything has held} */
    boolean hasBegun() {
        return current != null || !byName.isEmpty();
    }

    /** What holds has held until now. */
    void end(double nanos) {
        if (current != null && nanos > since) {
            byName.computeIfAbsent(current, any -> Samples.extended()).add(since, 0, nanos);
        }
        since = Math.max(since, nanos);
    }

    /** {@return the spans of {@code name}, null if it never held} */
    Samples of(String name) {
        return byName.get(name);
    }

    /** {@return for how many nanoseconds {@code name} has held between two times} */
    double nanos(String name, double from, double to) {
        Samples spans = byName.get(name);
        double sum = 0;
        for (int i = 0; spans != null && i < spans.size(); i++) {
            sum += Math.max(0, Math.min(to, spans.end(i)) - Math.max(from, spans.x(i)));
        }
        return sum;
    }
}
