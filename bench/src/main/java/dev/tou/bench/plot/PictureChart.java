// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Arrays;

import dev.tou.bench.Units;
import dev.tou.bench.plot.Curve.Form;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One graph as a chart of XChart: its curves in the forms that a chart has, its axes with their labels. */
final class PictureChart {

    private static final int ROW_HEIGHT = 26;
    private static final int AROUND_ROWS = 130;
    private static final int TALL = 420;
    private static final int NORMAL = 300;
    private static final float SPAN_WIDTH = 14;
    /** In nines: the last label stands under the end of the curve, and half of it to the right. */
    private static final double ROOM_FOR_A_LABEL = 0.1;

    private static final int LEFT_WIDTH = 105;
    private static final Color NONE = new Color(0, true);

    /** Room above and below the curves, as a share of their height; and as a factor where each step is a factor. */
    private static final double ROOM = 0.05;

    private static final double ROOM_OF_A_DECADE = 1.3;

    /** What is a millionth of the largest is as good as nothing. */
    private static final double MOST_DECADES = 1e6;

    private final Graph graph;
    private final int width;
    private final XYChart chart;

    /** What the y axis begins and ends with, in base units. */
    private final double[] heights;

    PictureChart(Graph graph, int width) {
        this.graph = graph;
        this.width = width;
        this.chart = new XYChart(width, height(graph));
        chart.setTitle(graph.title());
        chart.setXAxisTitle(graph.x().title());
        chart.setYAxisTitle(graph.y().title());
        style(chart.getStyler());
        heights = heights();
        axes(chart.getStyler());
        double[] range = graph.range();
        Thinning thinning = new Thinning(width, height(graph));
        for (Curve curve : graph.curves()) {
            add(curve, thinning.of(curve, range[0], range[1]));
        }
    }

    XYChart chart() {
        return chart;
    }

    /** {@return how high the picture of {@code graph} is, in pixels} */
    static int height(Graph graph) {
        if (!graph.rows().isEmpty()) {
            return AROUND_ROWS + ROW_HEIGHT * graph.rows().size();
        }
        return graph.key().startsWith("time-sequence") ? TALL : NORMAL;
    }

    private static void style(XYStyler style) {
        Color ink = Color.decode("#1d2430");
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(Color.decode("#e4e7ec"));
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setChartFontColor(ink);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        style.setChartTitleBoxVisible(false);
        style.setChartTitlePadding(6);
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTickLabelsColor(ink);
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setLegendPosition(LegendPosition.OutsideS);
        style.setLegendLayout(LegendLayout.Horizontal);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendPadding(6);
        style.setLegendSeriesLineLength(18);
        style.setMarkerSize(6);
        style.setYAxisLeftWidthHint(LEFT_WIDTH);
        style.setAntiAlias(true);
    }

    private void axes(XYStyler style) {
        double[] range = graph.range();
        style.setXAxisMin(graph.x().shown(range[0]));
        style.setXAxisMax(Math.max(graph.x().shown(range[1]), graph.x().shown(range[0]) + 1e-6));
        style.setPlotContentSize(0.98);
        if (!graph.rows().isEmpty()) {
            style.setYAxisMin(-0.6);
            style.setYAxisMax(graph.rows().size() - 0.4);
            style.setPlotGridHorizontalLinesVisible(false);
            style.setYAxisTickMarkSpacingHint(ROW_HEIGHT - 4);
            style.setYAxisTickLabelsFormattingFunction(this::row);
            return;
        }
        if (graph.x().quantity() == Quantity.NINES) {
            style.setXAxisMin(0.0);
            style.setXAxisMax(graph.x().shown(range[1]) + ROOM_FOR_A_LABEL);
            style.setXAxisTickMarkSpacingHint((int)
                    (width / Math.max(2, graph.x().shown(range[1]) + 1)));
            style.setXAxisTickLabelsFormattingFunction(PictureChart::percentile);
        }
        style.setYAxisMin(graph.y().shown(heights[0]));
        style.setYAxisMax(graph.y().shown(heights[1]));
        style.setYAxisLogarithmic(graph.y().logarithmic());
        style.setYAxisLogarithmicDecadeOnly(false);
        style.setYAxisTickLabelsFormattingFunction(
                graph.y().logarithmic() ? PictureChart::ofADecade : PictureChart::number);
    }

    /**
     * {@return from where to where the curves reach, with a little room} What is compared by its height begins at 0; sequence
     * numbers do not, because a mark can stand at the first, and neither can a logarithm. A window edge for which all else would
     * shrink to less than half is left above.
     */
    private double[] heights() {
        double least = Double.POSITIVE_INFINITY;
        double largest = 0;
        double edge = 0;
        for (Curve curve : graph.curves()) {
            least = Math.min(least, curve.samples().leastY());
            if (curve.role() == Role.WINDOW_EDGE) {
                edge = Math.max(edge, curve.samples().largestY());
            } else {
                largest = Math.max(largest, curve.samples().largestY());
            }
        }
        if (edge - least <= 2 * (largest - least)) {
            largest = Math.max(largest, edge);
        }
        if (graph.y().logarithmic() && largest > 0) {
            return new double[] {Math.max(least, largest / MOST_DECADES) / ROOM_OF_A_DECADE, largest * ROOM_OF_A_DECADE
            };
        }
        boolean fromZero = !graph.key().startsWith("time-sequence");
        double bottom = fromZero ? 0 : Math.min(least, largest);
        double room = Math.max((largest - bottom) * ROOM, 1);
        return new double[] {fromZero && bottom == 0 ? 0 : bottom - room, largest + room};
    }

    /** Of the steps of a decade 1, 2 and 5 have room for their numbers. */
    private static String ofADecade(double value) {
        double step = value / Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        boolean named = Math.abs(step - 1) < 1e-3 || Math.abs(step - 2) < 1e-3 || Math.abs(step - 5) < 1e-3;
        return named ? number(Math.round(value * 1e6) / 1e6) : " ";
    }

    /** XChart draws no ticks at all where both ends of the axis have the same label, so their blanks differ. */
    private String row(double value) {
        long index = Math.round(value);
        boolean whole = Math.abs(value - index) < 1e-6;
        if (whole && index >= 0 && index < graph.rows().size()) {
            return graph.rows().get((int) index);
        }
        return value < 0 ? "  " : " ";
    }

    private static String percentile(double nines) {
        if (Math.abs(nines - Math.rint(nines)) > 1e-6) {
            return " ";
        }
        int whole = (int) Math.round(nines);
        return whole == 0
                ? "0%"
                : Units.format("%." + Math.max(0, whole - 2) + "f%%", 100 * (1 - Math.pow(10, -whole)));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Units.format("%.0f", value) : String.valueOf((float) value);
    }

    private void add(Curve curve, Samples samples) {
        double[][] points = switch (curve.form()) {
            case BARS, DIAMONDS, RINGS -> bars(samples);
            case SPANS -> spans(samples);
            default -> points(samples, curve.form());
        };
        if (points[0].length == 0) {
            return;
        }
        Form form = curve.form();
        boolean marked = form.isBar() && form != Form.BARS;
        if (marked) { // by a series of its own, because XChart marks the ends of a line, and not its middle
            add(curve.name() + ", bars", curve.role(), Form.BARS, points).setShowInLegend(false);
        }
        boolean above = form == Form.STEP && curve.samples().leastY() > heights[1];
        String name = above ? curve.name() + ", above what is shown" : curve.name();
        XYSeries series = add(name, curve.role(), form, marked ? middles(samples) : points);
        if (above) { // a name without a sample of a line that is nowhere
            series.setLineColor(NONE);
        }
    }

    private XYSeries add(String name, Role role, Form form, double[][] points) {
        XYSeries series = chart.addSeries(name, points[0], points[1]);
        Color colour = Color.decode(role.light());
        series.setLineColor(colour);
        series.setMarkerColor(colour);
        series.setMarker(marker(form));
        series.setXYSeriesRenderStyle(renderStyle(form));
        series.setLineStyle(stroke(form));
        return series;
    }

    private static XYSeriesRenderStyle renderStyle(Form form) {
        return switch (form) {
            case LINE, BARS, SPANS -> XYSeriesRenderStyle.Line;
            case STEP -> XYSeriesRenderStyle.Step;
            case DOTS, CROSSES, TRIANGLES, DIAMONDS, RINGS -> XYSeriesRenderStyle.Scatter;
        };
    }

    private static BasicStroke stroke(Form form) {
        float thickness = switch (form) {
            case SPANS -> SPAN_WIDTH;
            case BARS -> 2;
            default -> 1.5f;
        };
        return new BasicStroke(thickness, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
    }

    private static Marker marker(Form form) {
        return switch (form) {
            case DOTS -> new Markers.Dot();
            case CROSSES -> new Markers.Cross();
            case TRIANGLES -> new Markers.Triangle();
            case DIAMONDS -> new Markers.Diamond();
            case RINGS -> new Markers.Ring();
            case LINE, STEP, BARS, SPANS -> SeriesMarkers.NONE;
        };
    }

    /** Bars are lines with gaps between them. A bar that is too short to be seen is drawn a pixel high. */
    private double[][] bars(Samples samples) {
        double[] x = new double[3 * samples.size()];
        double[] y = new double[x.length];
        double pixel = (heights[1] - heights[0]) / height(graph);
        for (int i = 0; i < samples.size(); i++) {
            Arrays.fill(x, 3 * i, 3 * i + 3, graph.x().shown(samples.x(i)));
            y[3 * i] = graph.y().shown(samples.y(i));
            y[3 * i + 1] = graph.y().shown(Math.max(samples.end(i), samples.y(i) + pixel));
            y[3 * i + 2] = Double.NaN;
        }
        return new double[][] {x, y};
    }

    private double[][] middles(Samples samples) {
        double[] x = new double[samples.size()];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = graph.x().shown(samples.x(i));
            y[i] = graph.y().shown((samples.y(i) + samples.end(i)) / 2);
        }
        return new double[][] {x, y};
    }

    private double[][] spans(Samples samples) {
        double[] x = new double[3 * samples.size()];
        double[] y = new double[x.length];
        for (int i = 0; i < samples.size(); i++) {
            x[3 * i] = graph.x().shown(samples.x(i));
            x[3 * i + 1] = graph.x().shown(samples.end(i));
            x[3 * i + 2] = x[3 * i + 1];
            y[3 * i] = samples.y(i);
            y[3 * i + 1] = samples.y(i);
            y[3 * i + 2] = Double.NaN;
        }
        return new double[][] {x, y};
    }

    /** A step holds until the end of the axis. */
    private double[][] points(Samples samples, Form form) {
        int size = samples.size();
        boolean holds = form == Form.STEP && size > 0;
        double[] x = new double[holds ? size + 1 : size];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = graph.x().shown(i < size ? samples.x(i) : Math.max(graph.range()[1], samples.x(size - 1)));
            double value = graph.y().shown(samples.y(Math.min(i, size - 1)));
            y[i] = graph.y().logarithmic() && value <= 0 ? Double.NaN : value;
        }
        return new double[][] {x, y};
    }
}
