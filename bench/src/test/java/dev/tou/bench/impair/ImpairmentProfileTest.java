// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImpairmentProfileTest {

    @Test
    void readsEveryFigure() {
        ImpairmentProfile profile = ImpairmentProfile.parse(
                "delay=5ms, jitter=1ms,loss=1%,reorder=2%,reorder-by=3ms,duplicate=0.1%,rate=20mbit,queue=64KiB,mtu=1500");
        assertThat(profile)
                .isEqualTo(new ImpairmentProfile(
                        Duration.ofMillis(5),
                        Duration.ofMillis(1),
                        0.01,
                        0.02,
                        Duration.ofMillis(3),
                        0.001,
                        20_000_000,
                        65536,
                        1500));
    }

    @Test
    void whatIsLeftOutIsPerfect() {
        assertThat(ImpairmentProfile.parse("")).isEqualTo(ImpairmentProfile.PERFECT);
        assertThat(ImpairmentProfile.parse("perfect")).isEqualTo(ImpairmentProfile.PERFECT);
        assertThat(ImpairmentProfile.parse("loss=3%")).isEqualTo(ImpairmentProfile.PERFECT.withLoss(0.03));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> ImpairmentProfile.parse("loss")).hasMessageContaining("NAME=VALUE");
        assertThatThrownBy(() -> ImpairmentProfile.parse("los=1%")).hasMessageContaining("it has delay, jitter");
        assertThatThrownBy(() -> ImpairmentProfile.parse("loss=lots")).hasMessageContaining("write it like 1%");
        assertThatThrownBy(() -> ImpairmentProfile.parse("rate=20")).hasMessageContaining("20mbit");
    }

    @Test
    void describesItselfInWords() {
        assertThat(ImpairmentProfile.PERFECT.describe()).isEqualTo("perfect");
        assertThat(ImpairmentProfile.parse("delay=5ms,loss=1%,reorder=1%,duplicate=0.1%,rate=20mbit")
                        .describe())
                .isEqualTo("5.0 ms, 1% lost, 1% reordered, 0.1% duplicated, 20.0 Mbit/s");
    }
}
