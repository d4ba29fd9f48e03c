// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class ImpairmentProfileTest {

    @Test
    void readsEveryFigure() {
        ImpairmentProfile profile = ImpairmentProfile.parse(
                "delay=5ms, jitter=1ms,loss=1%,burst-loss=2%/8,reorder=2%,reorder-by=3ms,duplicate=0.1%,corrupt=0.3%,"
                        + "corrupt-undetected=0.4%,rate=20mbit,queue=64KiB,mtu=1500");
        assertThat(profile.delay()).isEqualTo(Duration.ofMillis(5));
        assertThat(profile.jitter()).isEqualTo(Duration.ofMillis(1));
        assertThat(profile.loss()).isEqualTo(0.01);
        assertThat(profile.burstLoss()).isEqualTo(0.02);
        assertThat(profile.burstLength()).isEqualTo(8);
        assertThat(profile.reorder()).isEqualTo(0.02);
        assertThat(profile.reorderBy()).isEqualTo(Duration.ofMillis(3));
        assertThat(profile.duplicate()).isEqualTo(0.001);
        assertThat(profile.corrupt()).isEqualTo(0.003);
        assertThat(profile.corruptUndetected()).isEqualTo(0.004);
        assertThat(profile.rateBitsPerSecond()).isEqualTo(20_000_000);
        assertThat(profile.queueBytes()).isEqualTo(65536);
        assertThat(profile.mtuBytes()).isEqualTo(1500);
    }

    @Test
    void whatIsLeftOutIsPerfect() {
        assertThat(ImpairmentProfile.parse("")).isEqualTo(ImpairmentProfile.PERFECT);
        assertThat(ImpairmentProfile.parse("perfect")).isEqualTo(ImpairmentProfile.PERFECT);
        assertThat(ImpairmentProfile.parse("loss=3%"))
                .isNotEqualTo(ImpairmentProfile.PERFECT)
                .isEqualTo(ImpairmentProfile.PERFECT.with(LinkFigure.LOSS, 0.03));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> ImpairmentProfile.parse("loss")).hasMessageContaining("NAME=VALUE");
        assertThatThrownBy(() -> ImpairmentProfile.parse("los=1%")).hasMessageContaining("it has delay, jitter");
        assertThatThrownBy(() -> ImpairmentProfile.parse("loss=lots")).hasMessageContaining("write it like 1%");
        assertThatThrownBy(() -> ImpairmentProfile.parse("burst-loss=1%")).hasMessageContaining("like 1%/8");
        assertThatThrownBy(() -> ImpairmentProfile.parse("burst-loss=1%/0.5"))
                .hasMessageContaining("1 or more datagrams");
        assertThatThrownBy(() -> ImpairmentProfile.parse("burst-loss=90%/8"))
                .hasMessageContaining("lose 88.8889% at most");
        assertThatThrownBy(() -> ImpairmentProfile.parse("rate=20")).hasMessageContaining("20mbit");
    }

    @Test
    void burstsAreAChainOfTwoStates() {
        ImpairmentProfile profile = ImpairmentProfile.parse("burst-loss=1%/8");
        assertThat(profile.badToGood()).isEqualTo(1 / 8.0);
        double bad = profile.goodToBad() / (profile.goodToBad() + profile.badToGood());
        assertThat(bad).isCloseTo(0.01, within(1e-12));
        assertThat(ImpairmentProfile.PERFECT.goodToBad()).isZero();
    }

    @Test
    void describesItselfInWords() {
        assertThat(ImpairmentProfile.PERFECT.describe()).isEqualTo("perfect");
        assertThat(ImpairmentProfile.parse("delay=5ms,loss=1%,reorder=1%,duplicate=0.1%,rate=20mbit")
                        .describe())
                .isEqualTo("5.0 ms, 1% lost, 1% reordered, 0.1% duplicated, 20.0 Mbit/s, queue 256.0 KiB");
        assertThat(ImpairmentProfile.parse("burst-loss=1%/8,corrupt=2%,corrupt-undetected=3%,mtu=1400")
                        .describe())
                .isEqualTo("1% lost in bursts of 8, 2% corrupted, 3% damaged unseen, MTU 1400");
    }
}
