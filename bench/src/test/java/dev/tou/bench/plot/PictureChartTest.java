// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The axes of a picture show what there is to see, and no more. */
class PictureChartTest {

    private static XYStyler styler(String key, double from, double to) throws IOException {
        List<Graph> graphs = new Graphs(HandTrace.client(), null, 1e6, from, to).all();
        Graph graph = graphs.stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow();
        return new PictureChart(graph, 800).chart().getStyler();
    }

    /** Before the part there was more below, and behind it there is more above; a window far above is only named. */
    @Test
    void sequenceNumbersReachFromTheLeastToTheLargestOfThePart() throws IOException {
        Graph graph =
                new Graphs(HandTrace.client(), null, 1e6, 15e6, 100e6).all().get(0);
        assertThat(graph.key()).isEqualTo("time-sequence");
        XYChart chart = new PictureChart(graph, 800).chart();
        XYStyler styler = chart.getStyler();
        assertThat(styler.getYAxisMin()).isCloseTo(graph.y().shown(1 - 0.05 * 2000), within(0.01));
        assertThat(styler.getYAxisMax()).isCloseTo(graph.y().shown(2001 + 0.05 * 2000), within(0.01));
        assertThat(chart.getSeriesCollection())
                .extracting(XYSeries::getName)
                .contains("window edge (SND.UNA + SND.WND), above what is shown", "acknowledged (SND.UNA)");
        assertThat(chart.getSeriesCollection())
                .filteredOn(series -> series.getName().startsWith("window edge"))
                .as("no sample of a line that is nowhere")
                .allSatisfy(edge -> assertThat(edge.getLineColor().getAlpha()).isZero());
    }

    /** The SYN can be sent again, and its diamond would be cut in two. */
    @Test
    void aMarkAtTheFirstSequenceNumberIsWhole() throws IOException {
        assertThat(styler("time-sequence", 0, Double.POSITIVE_INFINITY).getYAxisMin())
                .isNegative();
    }

    @Test
    void sizesBeginAtZero() throws IOException {
        assertThat(styler("window", 15e6, 100e6).getYAxisMin()).isZero();
    }

    /** In the unit of the round trips, with room for what would else be on the edge. */
    @Test
    void durationsHaveRoomOnBothSides() throws IOException {
        XYStyler styler = styler("rtt", 0, Double.POSITIVE_INFINITY);
        assertThat(styler.getYAxisMin()).isCloseTo(10 / 1.3, within(0.01));
        assertThat(styler.getYAxisMax()).isCloseTo(1300, within(0.1));
    }
}
