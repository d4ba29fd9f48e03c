// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AcknowledgmentPolicyTest {

    private final AcknowledgmentPolicy policy = new AcknowledgmentPolicy();

    @Test
    void aNewConnectionOwesNothing() {
        assertThat(policy.isDueNow()).isFalse();
        assertThat(policy.isDueLater()).isFalse();
        assertThat(policy.takeDuplicates()).isZero();
        policy.onDelayExpired();
        assertThat(policy.isDueNow()).isFalse();
    }

    @Test
    void theFirstSegmentsAreAcknowledgedAtOnce() {
        for (int i = 0; i < AcknowledgmentPolicy.QUICK_SEGMENTS; i++) {
            policy.onText(1, false);
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            assertThat(policy.isDueNow()).isFalse();
        }
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isFalse();
    }

    @Test
    void aMergedSegmentCountsAsWhatItWas() {
        policy.onText(AcknowledgmentPolicy.QUICK_SEGMENTS - 1, false);
        policy.onSent();
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isTrue();
        policy.onSent();
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isFalse();
    }

    @Nested
    class AfterTheFirst {

        @BeforeEach
        void warm() {
            policy.onText(AcknowledgmentPolicy.QUICK_SEGMENTS, false);
            policy.onSent();
        }

        /** RFC 5681 section 4.2: "an ACK SHOULD be generated for at least every second full-sized segment". */
        @Test
        void everySecondSegmentIsAcknowledgedAtOnce() {
            for (int i = 0; i < 5; i++) {
                policy.onText(1, false);
                assertThat(policy.isDueNow()).isFalse();
                assertThat(policy.isDueLater()).isTrue();
                policy.onText(1, false);
                assertThat(policy.isDueNow()).isTrue();
                assertThat(policy.isDueLater()).isFalse();
                policy.onSent();
                assertThat(policy.isDueLater()).isFalse();
            }
            policy.onText(2, true);
            assertThat(policy.isDueNow()).isTrue();
        }

        @Test
        void theDelayEnds() {
            policy.onText(1, false);
            policy.onDelayExpired();
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            policy.onDelayExpired();
            assertThat(policy.isDueNow()).as("it was on its way already").isFalse();
        }

        @Test
        void aLonePushIsOneSegmentWithPsh() {
            policy.onText(1, true);
            assertThat(policy.isLonePush()).isTrue();
            policy.onText(1, true);
            assertThat(policy.isLonePush()).as("two").isFalse();
            policy.onSent();
            policy.onText(1, false);
            assertThat(policy.isLonePush()).as("without PSH").isFalse();
            policy.onSent();
            policy.onText(2, true);
            assertThat(policy.isLonePush()).as("the end of a train").isFalse();
            policy.onSent();
            policy.onText(1, true);
            policy.onSent();
            assertThat(policy.isLonePush()).isFalse();
        }

        @Test
        void whatIsUrgentDoesNotWait() {
            policy.onUrgent();
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            assertThat(policy.isDueNow()).isFalse();
        }

        /** RFC 5681 section 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order segment arrives". */
        @Test
        void outOfOrderWithoutSackEverySegmentDeservesADuplicate() {
            policy.onOutOfOrder(2, false);
            policy.onOutOfOrder(3, false);
            assertThat(policy.isDueNow()).isTrue();
            assertThat(policy.takeDuplicates())
                    .as("besides the acknowledgment itself")
                    .isEqualTo(4);
            assertThat(policy.takeDuplicates()).isZero();
        }

        @Test
        void outOfOrderWithSackOneAcknowledgmentTellsAll() {
            policy.onOutOfOrder(5, true);
            assertThat(policy.isDueNow()).isTrue();
            assertThat(policy.takeDuplicates()).isZero();
        }

        @Test
        void anAcknowledgmentThatLeftOnTextTakesDuplicatesWithIt() {
            policy.onOutOfOrder(5, false);
            policy.onSent();
            assertThat(policy.takeDuplicates()).isZero();
        }
    }
}
