// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every state and every kind of segment: the reply, the next state and what the user is told are those of the table in
 * state-segment-matrix.txt, which was read from RFC 9293 section 3.10.7 and RFC 5961 (PROTOCOL A2, A10).
 */
class StateSegmentMatrixTest {

    private final Map<String, SegmentMatrix.Row> table = SegmentMatrix.read();

    @TestFactory
    Stream<DynamicTest> cells() {
        return table.values().stream()
                .map(row -> DynamicTest.dynamicTest(row.state() + ": " + row.segment(), () -> play(row)));
    }

    @Test
    void everyStateMeetsEverySegment() {
        List<String> all = new ArrayList<>();
        for (String state : SegmentStage.STATES) {
            for (String segment : SegmentStage.SEGMENTS) {
                all.add(SegmentMatrix.name(state, segment));
            }
        }
        assertThat(table.keySet()).containsExactlyInAnyOrderElementsOf(all);
    }

    private static void play(SegmentMatrix.Row row) {
        try (SegmentStage stage = new SegmentStage(row.state())) {
            stage.sends(row.segment());
            Map<String, String> seen = new LinkedHashMap<>();
            seen.put("reply", stage.reply());
            seen.put("user", stage.news());
            seen.put("next state", stage.state());
            Map<String, String> wanted = new LinkedHashMap<>();
            wanted.put("reply", row.outcome().reply());
            wanted.put("user", row.outcome().user());
            wanted.put("next state", row.outcome().next());
            if (!seen.equals(wanted)) {
                throw stage.failure("should be " + wanted + " by " + row.section() + ", is " + seen);
            }
            stage.finish();
        }
    }
}
