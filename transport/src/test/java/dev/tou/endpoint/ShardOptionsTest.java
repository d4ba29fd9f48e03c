// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShardOptionsTest {

    private static final ShardOptions PRESENT = new ShardOptions(1228, 30, 1000, 0, false);

    @Test
    void whatAChannelHasNobodyGoesWithout() {
        assertThat(PRESENT.without(PRESENT)).isEmpty();
        assertThat(PRESENT.without(new ShardOptions(1228, 30, 1000, 0, true))).isEmpty();
    }

    @Test
    void whatItHasOtherwiseIsNamed() {
        assertThat(PRESENT.without(new ShardOptions(1400, 30, 2000, 0, false)))
                .isEqualTo("PATH_MTU 1400 (is 1228), MAX_TIME_WAIT 2000 (is 1000)");
        assertThat(PRESENT.without(new ShardOptions(1228, 5, 1000, 16, false)))
                .isEqualTo("MSL 5 (is 30), IP_TOS 16 (is 0)");
    }
}
