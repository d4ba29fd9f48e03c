// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AckSampleTest {

    @Test
    void aResetForgetsTheAcknowledgmentBefore() {
        AckSample sample = new AckSample()
                .reset(5)
                .acknowledged(1, 2)
                .inFlight(4, 3)
                .rtt(6)
                .cwndLimited(true)
                .inRecovery(true);
        assertThat(sample).usingRecursiveComparison().isNotEqualTo(new AckSample().reset(5));
        assertThat(sample.nowNanos()).isEqualTo(5);
        assertThat(sample.ackedBytes()).isEqualTo(1);
        assertThat(sample.deliveredBytes()).isEqualTo(2);
        assertThat(sample.priorInFlightBytes()).isEqualTo(4);
        assertThat(sample.inFlightBytes()).isEqualTo(3);
        assertThat(sample.rttNanos()).isEqualTo(6);
        assertThat(sample.cwndLimited()).isTrue();
        assertThat(sample.inRecovery()).isTrue();

        sample.reset(9);

        assertThat(sample).usingRecursiveComparison().isEqualTo(new AckSample().reset(9));
        assertThat(sample.rttNanos()).isEqualTo(AckSample.NO_RTT);
    }
}
