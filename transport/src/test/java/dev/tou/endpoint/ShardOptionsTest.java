// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.function.Consumer;

import io.netty.channel.ChannelPipeline;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShardOptionsTest {

    private static final Consumer<ChannelPipeline> NOTHING = udp -> {};

    private static final ShardOptions PRESENT = with(1228, 30, 1000, 0, false);

    private static ShardOptions with(
            int pathMtu, int mslSeconds, int maxTimeWait, int trafficClass, boolean reusePort) {
        return new ShardOptions(pathMtu, mslSeconds, maxTimeWait, trafficClass, reusePort, NOTHING);
    }

    @Test
    void whatAChannelHasNobodyGoesWithout() {
        assertThat(PRESENT.without(PRESENT)).isEmpty();
        assertThat(PRESENT.without(with(1228, 30, 1000, 0, true))).isEmpty();
    }

    @Test
    void whatItHasOtherwiseIsNamed() {
        assertThat(PRESENT.without(with(1400, 30, 2000, 0, false)))
                .isEqualTo("PATH_MTU 1400 (is 1228), MAX_TIME_WAIT 2000 (is 1000)");
        assertThat(PRESENT.without(with(1228, 5, 1000, 16, false))).isEqualTo("MSL 5 (is 30), IP_TOS 16 (is 0)");
    }

    @Test
    void handlersThatItDoesNotHaveAreNamed() {
        assertThat(PRESENT.without(new ShardOptions(1228, 30, 1000, 0, false, udp -> {})))
                .isEqualTo("its UDP_PIPELINE");
    }
}
