// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import dev.tou.segment.SegmentOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 2883 section 4. */
class DuplicateTextTest {

    private final DuplicateText duplicates = new DuplicateText();

    private String report() {
        SegmentOptions options = new SegmentOptions();
        duplicates.report(options);
        return options.sackBlocks() == 0 ? "nothing" : options.sackLeft(0) + ":" + options.sackRight(0);
    }

    @Test
    void aRangeIsReportedOnce() {
        assertThat(report()).isEqualTo("nothing");
        duplicates.note(10, 20);
        assertThat(duplicates.ranges()).isOne();
        assertThat(report()).isEqualTo("10:20");
        assertThat(duplicates.ranges()).isZero();
        assertThat(report()).isEqualTo("nothing");
        duplicates.note(10, 20);
        assertThat(report()).as("it came once more").isEqualTo("10:20");
    }

    @Test
    void anEmptyRangeIsNone() {
        duplicates.note(10, 10);
        duplicates.note(10, 9);
        assertThat(duplicates.ranges()).isZero();
    }

    @Test
    void whatTouchesIsOneRange() {
        duplicates.note(-10, 5);
        duplicates.note(5, 20);
        duplicates.note(-15, -10);
        duplicates.note(0, 3);
        assertThat(duplicates.ranges()).isOne();
        assertThat(report()).isEqualTo("-15:20");
    }

    @Test
    void theOldestIsReportedFirstAndTheFifthNotAtAll() {
        for (int i = 0; i < 5; i++) {
            duplicates.note(100 * i, 100 * i + 10);
        }
        assertThat(duplicates.ranges()).isEqualTo(DuplicateText.MAX_RANGES);
        assertThat(report()).isEqualTo("0:10");
        assertThat(report()).isEqualTo("100:110");
        duplicates.note(900, 910);
        assertThat(report()).isEqualTo("200:210");
        assertThat(report()).isEqualTo("300:310");
        assertThat(report()).isEqualTo("900:910");
        assertThat(report()).isEqualTo("nothing");
    }

    /** Sequence numbers go round. */
    @Test
    void rangesGoRound() {
        duplicates.note(Integer.MAX_VALUE - 9, Integer.MIN_VALUE);
        duplicates.note(Integer.MIN_VALUE, Integer.MIN_VALUE + 10);
        assertThat(report()).isEqualTo((Integer.MAX_VALUE - 9) + ":" + (Integer.MIN_VALUE + 10));
    }
}
