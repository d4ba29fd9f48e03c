// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTest {

    private static Round round(double value) {
        return new Round(value, Map.of("p99Micros", value * 3), Map.of());
    }

    @Test
    void ratiosAndFailuresOfEachTransport() {
        Results results = new Results(Workload.CONNECT);
        results.add("tcp", round(4000));
        results.add("tou", round(8000));
        results.add("tcp", round(2000));
        results.add("tou", new Round(3000, Map.of(), Map.of("connect: refused", 2L)));
        results.add("tcp", round(3000));
        results.add("tou", new Round(3000, Map.of(), Map.of("connect: refused", 1L, "not done in 5 s", 1L)));

        List<String> table = Report.table(results);
        assertThat(table.get(0)).startsWith("**connect**").endsWith("3 rounds");
        assertThat(table.get(4).replaceAll(" +", " "))
                .isEqualTo("| tcp | 3 000 | 2 000..4 000 | 4 000 | 1.00 | 1.00..1.00 | 1.00 |");
        assertThat(table.get(5).replaceAll(" +", " "))
                .isEqualTo("| tou | 3 000 | 3 000..8 000 | 8 000 | 1.50 | 1.00..2.00 | 2.00 |");
        assertThat(table.get(9).replaceAll(" +", " ")).startsWith("| tcp |").endsWith("| 9 000 | 0 |");
        assertThat(table.get(10).replaceAll(" +", " ")).startsWith("| tou |").endsWith("| 24 000 | 4 |");
        assertThat(table).contains("- tou: 3 x connect: refused", "- tou: 1 x not done in 5 s");
        assertThat(table.subList(2, 6))
                .extracting(String::length)
                .containsOnly(table.get(2).length());
    }

    @Test
    void tablesFitATerminal() {
        Map<String, Double> details = Map.of(
                "p99Micros", 99_999.0,
                "clientCpuMicrosPerOperation", 1_999.0,
                "serverCpuMicrosPerOperation", 1_999.0,
                "clientAllocatedBytesPerOperation", 99_999.0,
                "serverAllocatedBytesPerOperation", 99_999.0);
        Results results = new Results(Workload.CONNECT);
        for (String transport : List.of("tcp", "tou-65535")) {
            results.add(transport, new Round(5_515, details, Map.of()));
            results.add(transport, new Round(9_999, details, Map.of()));
        }
        assertThat(Report.table(results))
                .filteredOn(line -> line.startsWith("|"))
                .allMatch(line -> line.length() <= 80);
    }

    @Test
    void forLatencyTheBestIsTheLeast() {
        Results results = new Results(Workload.PINGPONG);
        results.add("tou", round(30));
        results.add("tou", round(20));
        assertThat(results.best("tou")).isEqualTo(20);
        assertThat(results.ratios("tou")).as("nothing to compare with").isNull();
        assertThat(results.ratioOfBests("tou")).isNull();
        assertThat(Report.table(results).get(4)).contains("20.0..30.0");
        results.add("tcp", round(25));
        results.add("tcp", round(16));
        assertThat(results.ratioOfBests("tou"))
                .as("20 to 16, of different rounds or not")
                .isEqualTo(1.25);
    }

    @Test
    void aLostConnectionSpoilsTheMeasurement() {
        Results bulk = new Results(Workload.BULK);
        bulk.add("tcp", round(1));
        assertThat(bulk.valid()).isTrue();
        bulk.add("tcp", new Round(1, Map.of(), Map.of("connection closed early", 1L)));
        assertThat(bulk.valid()).isFalse();

        Results idle = new Results(Workload.CONNECT);
        idle.add("tcp", round(0));
        assertThat(idle.valid()).isFalse();
    }

    @Test
    void moreThanOneConnectionInAHundredSpoilsTheMeasurement() {
        Results connect = new Results(Workload.CONNECT);
        connect.add("tcp", connects(99, 2));
        connect.add("tcp", connects(99, 0));
        assertThat(connect.valid()).as("2 of 200 are 1%").isTrue();
        connect.add("tou", connects(197, 2));
        connect.add("tou", connects(0, 1));
        assertThat(connect.doubts()).containsOnlyKeys("tou");
        assertThat(connect.doubts().get("tou")).contains("of its connections failed", "1%");
        assertThat(Report.table(connect)).anyMatch(line -> line.startsWith("- **invalid**: tou: "));
        Report report = new Report(Map.of(), Map.of(), Map.of(), List.of(connect));
        assertThat(report.doubts()).singleElement().asString().startsWith("connect, tou: ");
    }

    private static Round connects(int done, int failed) {
        return new Round(
                1000, Map.of(Results.CYCLES, (double) done), failed == 0 ? Map.of() : Map.of("refused", (long) failed));
    }
}
