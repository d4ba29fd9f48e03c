// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Which graphs there are, in which units, and what the curves are called. */
class GraphsTest {

    private static List<Graph> graphs(double from, double to) throws IOException {
        return new Graphs(HandTrace.client(), null, 1e6, from, to).all();
    }

    private static Graph graph(List<Graph> graphs, String key) {
        return graphs.stream()
                .filter(graph -> graph.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Graph graph) {
        return graph.curves().stream().map(Curve::name).toList();
    }

    @Test
    void aConnectionHasThemAll() throws IOException {
        List<Graph> graphs = graphs(0, Double.POSITIVE_INFINITY);
        assertThat(graphs)
                .extracting(Graph::key)
                .containsExactly("time-sequence", "time-sequence-received", "limited-by", "window", "rtt", "goodput");
        assertThat(graphs).allSatisfy(graph -> {
            assertThat(graph.reading()).endsWith(".");
            assertThat(graph.x().title()).isEqualTo("time since the first event (ms)");
            assertThat(graph.x().shown(21e6)).isEqualTo(20);
        });
        assertThat(names(graph(graphs, "time-sequence")))
                .containsExactly(
                        "window edge (SND.UNA + SND.WND)",
                        "acknowledged (SND.UNA)",
                        "sent",
                        "tail loss probe",
                        "counted as lost",
                        "sent again",
                        "RTO expired");
        assertThat(graph(graphs, "time-sequence").y().title()).isEqualTo("sequence number since the first (KiB)");
        assertThat(names(graph(graphs, "window")))
                .containsExactly("flight (SND.NXT - SND.UNA)", "on the path (pipe)", "ssthresh", "cwnd");
        assertThat(names(graph(graphs, "rtt"))).containsExactly("RTO", "RTT sample", "SRTT", "RTO expired");
    }

    @Test
    void whatLimitedHasARowForEachAndItsShareOfTheTime() throws IOException {
        Graph limited = graph(graphs(0, Double.POSITIVE_INFINITY), "limited-by");
        assertThat(limited.rows()).containsExactly("rwnd", "cwnd", "recovery");
        assertThat(names(limited)).containsExactly("rwnd 32%", "cwnd 63%", "recovery 57%");
    }

    @Test
    void aPartHasNothingOfTheRest() throws IOException {
        Graph limited = graph(graphs(130e6, 150e6), "limited-by");
        assertThat(names(limited)).containsExactly("rwnd 100%");
        assertThat(limited.range()).containsExactly(131e6, 151e6);
        List<String> sequence = names(graph(graphs(130e6, 150e6), "time-sequence"));
        assertThat(sequence).containsExactly("window edge (SND.UNA + SND.WND)", "acknowledged (SND.UNA)");
        for (Curve curve : graph(graphs(130e6, 150e6), "time-sequence").curves()) {
            assertThat(curve.samples().x(0)).as(curve.name()).isEqualTo(131e6);
        }
    }

    @Test
    void whatHeldBeforeAPartHoldsAtItsBeginning() throws IOException {
        Curve acknowledged = graph(graphs(60e6, 90e6), "time-sequence").curves().get(1);
        assertThat(acknowledged.name()).isEqualTo("acknowledged (SND.UNA)");
        assertThat(acknowledged.samples().size()).isEqualTo(1);
        assertThat(acknowledged.samples().x(0)).isEqualTo(61e6);
        assertThat(acknowledged.samples().y(0)).isEqualTo(1001);
    }

    @Test
    void goodputCountsEachByteOnce() {
        Samples acknowledged = Samples.points();
        acknowledged.add(0.5e9, 1_000_000);
        acknowledged.add(1.5e9, 1_500_000);
        Goodput bins = new Goodput(0, 2.5e9, 1e9);
        Samples rate = bins.rate(acknowledged);
        assertThat(rate.size()).isEqualTo(4);
        assertThat(rate.y(0)).isEqualTo(8e6);
        assertThat(rate.y(1)).isEqualTo(4e6);
        assertThat(rate.y(2)).isZero();
        assertThat(rate.x(3)).isEqualTo(2.5e9);
    }

    @Test
    void binsAreRoundAndTellTheirLength() {
        assertThat(Goodput.over(0, 1.2e9).label()).isEqualTo("10 ms");
        assertThat(Goodput.over(0, 3.1e9).binNanos()).isCloseTo(50e6, within(1.0));
        assertThat(Goodput.over(0, 300e9).label()).isEqualTo("2 s");
        assertThat(Goodput.over(5, 5).label()).isEqualTo("1 ms");
    }

    @Test
    void latenciesAreDrawnOverEachOther() {
        Histogram histogram = new Histogram(3);
        histogram.recordValueWithCount(3_000_000, 1000);
        Graph graph = Graphs.latencies(Map.of("tou", histogram));
        assertThat(names(graph)).containsExactly("tou");
        assertThat(graph.y().title()).isEqualTo("latency (ms)");
        assertThat(graph.x().title()).isEqualTo("percentile of the requests");
    }
}
