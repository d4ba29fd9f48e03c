// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.MemoryBudget;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;

/** What the connections of all event loops of the process may hold in buffers. */
final class ProcessMemory {

    /** How much, in bytes; 0, not a number, or not set: three quarters of what may be allocated outside the heap. */
    static final String MOST_BYTES = "dev.tou.maxMemory";

    static final MemoryBudget BUDGET = new MemoryBudget(mostBytes());

    private ProcessMemory() {}

    static long mostBytes() {
        long chosen = SystemPropertyUtil.getLong(MOST_BYTES, 0);
        return chosen > 0 ? chosen : outsideTheHeap() / 4 * 3;
    }

    // Netty's own limit; where that is switched off, the default of the JDK.
    private static long outsideTheHeap() {
        long limit = PlatformDependent.maxDirectMemory();
        return limit > 0 ? limit : Runtime.getRuntime().maxMemory();
    }
}
