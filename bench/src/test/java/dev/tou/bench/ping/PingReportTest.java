// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is printed of figures that the test makes, and what is not. */
class PingReportTest {

    private static final long MS = 1_000_000;

    private final CapturedConsole tou = new CapturedConsole();

    private static Measurement measurement(String transport, int scheduled, int sent, int answered, long lateNanos) {
        Measurement measurement = new Measurement(transport);
        measurement.beginRound(new Schedule(0, 1000, scheduled));
        for (int i = 0; i < sent; i++) {
            measurement.onSent(i == sent - 1 ? lateNanos : 0);
        }
        for (int i = 0; i < answered; i++) {
            measurement.onAnswered((i + 1) * MS, (i + 1) * MS);
        }
        measurement.takeInterval();
        measurement.endRound();
        return measurement;
    }

    private static PingReport report(boolean complete, Measurement... measurements) {
        PingRun.Plan plan = new PingRun.Plan(
                new HostAndPort("host", 7000),
                Transports.Io.NIO,
                64,
                1000,
                1000,
                0,
                1,
                Duration.ZERO,
                Duration.ZERO,
                measurements.length > 1);
        return new PingReport(plan, List.of(measurements), complete);
    }

    private String shown(PingReport report) {
        report.show(tou.console());
        return tou.out();
    }

    /** A percentile with 10 requests beyond it is firm, with 1 it is marked, with none it is not given. */
    @ParameterizedTest
    @CsvSource({"99,p99   ,~,p99.9", "100,p99   ,~,p99.9", "999,p99   ,~,p99.9", "1000,p99.9,~,p99.99"})
    void aPercentileNeedsRequestsBeyondIt(int count, String marked, String mark, String absent) {
        String table = shown(report(true, measurement("tou", count, count, count, 0)));
        assertThat(table).containsPattern(absent.replace(".", "\\.") + " +-");
        if (count == 99) {
            assertThat(table).containsPattern("p99 +-").containsPattern("p90 +~");
        } else {
            assertThat(table).containsPattern(marked.strip().replace(".", "\\.") + " +~");
        }
    }

    @Test
    void enoughRequestsNeedNoMark() {
        assertThat(shown(report(true, measurement("tou", 100_000, 100_000, 100_000, 0))))
                .containsPattern("p99\\.99 +99\\.\\d+ s")
                .doesNotContain("~");
    }

    @Test
    void jsonHasNoFigureWhereTheTableHasNone() {
        Map<?, ?> result = (Map<?, ?>) ((List<?>) report(true, measurement("tou", 100, 100, 100, 0))
                        .fields()
                        .get("results"))
                .get(0);
        Map<?, ?> latency = (Map<?, ?>) result.get("latencyNanos");
        assertThat(latency.get("p99")).isNotNull();
        assertThat(latency.get("p999")).isNull();
        assertThat(latency.get("count")).isEqualTo(100L);
    }

    @Test
    void ratiosAreOfTheFirstToTheSecond() {
        String table = shown(report(true, measurement("tou", 100, 100, 100, 0), measurement("tcp", 200, 200, 200, 0)));
        assertThat(table).containsPattern("tou +tcp +ratio").containsPattern("p50 +50\\.\\d ms +100\\.\\d ms +0\\.50");
    }

    @Test
    void aTableFitsEightyColumns() {
        Measurement slow = measurement("tou", 100_000, 100_000, 100_000, 0);
        assertThat(shown(report(true, slow, slow)).lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void aSenderThatFellBehindIsAProblem() {
        assertThat(report(true, measurement("tou", 1000, 1000, 1000, 59 * MS)).problems())
                .isEmpty();
        assertThat(report(true, measurement("tou", 1000, 1000, 1000, 61 * MS)).problems())
                .singleElement()
                .asString()
                .contains("tou could not keep the rate: it took 1.06 s to send what was to take 1.00 s");
        assertThat(report(true, measurement("tou", 1000, 900, 900, 0)).problems())
                .containsExactly("tou could send only 900 of 1 000 requests");
    }

    @Test
    void unansweredRequestsAreAProblem() {
        assertThat(report(true, measurement("tou", 1000, 1000, 998, 0)).problems())
                .containsExactly("2 of 1 000 requests over tou were not answered");
    }

    @Test
    void whatTheUserCutShortIsJudgedByWhatItHas() {
        assertThat(report(false, measurement("tou", 1000, 500, 499, 0)).problems())
                .isEmpty();
    }

    @Test
    void nothingMeasuredIsShownAsNothing() {
        assertThat(shown(report(true, measurement("tou", 1000, 0, 0, 0))))
                .containsPattern("p50 +-")
                .containsPattern("max +-")
                .contains("could send only 0 of 1 000 requests");
    }
}
