// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import dev.tou.connection.TransmissionControlBlock;

/**
 * Which orphan holds the most memory, to a factor of two; of equals, the oldest. Nobody writes to an orphan any more, so what it
 * holds can only shrink: it is weighed when it joins, and again when it seems to be the heaviest.
 */
final class OrphansByWeight {

    private final TreeMap<Integer, Map<TransmissionControlBlock, Shard>> byMagnitude = new TreeMap<>();
    private final Map<TransmissionControlBlock, Integer> magnitudes = new HashMap<>();

    private static int magnitude(TransmissionControlBlock tcb) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(tcb.holdings.bytes());
    }

    void add(Shard shard, TransmissionControlBlock tcb) {
        int magnitude = magnitude(tcb);
        magnitudes.put(tcb, magnitude);
        byMagnitude.computeIfAbsent(magnitude, m -> new LinkedHashMap<>()).put(tcb, shard);
    }

    /** {@return the shard of what is removed, or null if it was not there} */
    Shard remove(TransmissionControlBlock tcb) {
        Integer magnitude = magnitudes.remove(tcb);
        if (magnitude == null) {
            return null;
        }
        Map<TransmissionControlBlock, Shard> equals = byMagnitude.get(magnitude);
        Shard shard = equals.remove(tcb);
        if (equals.isEmpty()) {
            byMagnitude.remove(magnitude);
        }
        return shard;
    }

    /** {@return the heaviest, or null if none holds anything} */
    Map.Entry<TransmissionControlBlock, Shard> heaviest() {
        while (!byMagnitude.isEmpty() && byMagnitude.lastKey() > 0) {
            int magnitude = byMagnitude.lastKey();
            Map.Entry<TransmissionControlBlock, Shard> first =
                    byMagnitude.get(magnitude).entrySet().iterator().next();
            TransmissionControlBlock tcb = first.getKey();
            if (magnitude(tcb) >= magnitude) {
                return first;
            }
            add(remove(tcb), tcb);
        }
        return null;
    }
}
