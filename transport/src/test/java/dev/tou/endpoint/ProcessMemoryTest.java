// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ProcessMemoryTest {

    @AfterEach
    void forget() {
        System.clearProperty(ProcessMemory.MOST_BYTES);
    }

    @Test
    void whatIsSetCounts() {
        System.setProperty(ProcessMemory.MOST_BYTES, "10000000000");
        assertThat(ProcessMemory.mostBytes()).isEqualTo(10_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "much"})
    void otherwiseItIsThreeQuartersOfWhatNettyMayAllocate(String value) {
        System.setProperty(ProcessMemory.MOST_BYTES, value);
        long outside = PlatformDependent.maxDirectMemory();
        assertThat(ProcessMemory.mostBytes()).isBetween(outside / 4 * 3, outside);
        System.clearProperty(ProcessMemory.MOST_BYTES);
        assertThat(ProcessMemory.mostBytes()).isBetween(outside / 4 * 3, outside);
    }
}
