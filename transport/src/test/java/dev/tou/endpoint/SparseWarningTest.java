// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SparseWarningTest {

    private static final long SECOND = 1_000_000_000L;

    private final SparseWarning warning = new SparseWarning();

    @Test
    void tellsAtOnceAndThenOnceAMinuteOfAllThatHappened() {
        long start = Long.MAX_VALUE - 30 * SECOND;
        assertThat(warning.happened(start)).isEqualTo(1);
        for (int i = 1; i < 600; i++) {
            assertThat(warning.happened(start + i * SECOND / 10)).isZero();
        }
        assertThat(warning.happened(start + 60 * SECOND)).isEqualTo(600);
        assertThat(warning.happened(start + 60 * SECOND)).isZero();
        assertThat(warning.happened(start + 500 * SECOND)).isEqualTo(2);
    }
}
