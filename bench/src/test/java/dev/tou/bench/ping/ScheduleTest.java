// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScheduleTest {

    @Test
    void aRateThatDoesNotDivideASecondDoesNotDrift() {
        Schedule schedule = new Schedule(17, 3, 4);
        assertThat(schedule.intendedNanos(0)).isEqualTo(17);
        assertThat(schedule.intendedNanos(1)).isEqualTo(17 + 333_333_333);
        assertThat(schedule.intendedNanos(3)).isEqualTo(17 + 1_000_000_000L);
        assertThat(schedule.lengthNanos()).isEqualTo(1_333_333_333L);
    }

    @Test
    void theLongestScheduleFitsALong() {
        Schedule schedule = new Schedule(0, 1, Integer.MAX_VALUE);
        assertThat(schedule.intendedNanos(Integer.MAX_VALUE - 1)).isEqualTo(2_147_483_646_000_000_000L);
    }

    @Test
    void countsTheRequestsOfATime() {
        assertThat(Schedule.requests(1000, 10_000_000_000L)).isEqualTo(10_000);
        assertThat(Schedule.requests(3, 1_100_000_000L)).isEqualTo(4);
        assertThat(Schedule.requests(1, 0)).isZero();
        assertThatThrownBy(() -> Schedule.requests(Integer.MAX_VALUE, Long.MAX_VALUE))
                .isInstanceOf(ArithmeticException.class);
    }
}
