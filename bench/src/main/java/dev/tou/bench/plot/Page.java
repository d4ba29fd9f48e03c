// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/**
 * The page with all graphs in one file: the library, the script and the data are in it, and it loads nothing.
 *
 * <p>Data is written as columns of differences between neighbours, in steps of {@link Quantity#step}, which halves the file.
 *
 * @param title of the page
 * @param source what it was made of, in a line
 * @param remarks what the reader must know, such as what was left out
 * @param sections in their order
 */
record Page(String title, String source, List<String> remarks, List<Section> sections) {

    /** More than the pixels of a screen, so that zooming in shows more. */
    static final Thinning THINNING = new Thinning(6000, 3000);

    private static final String PLACE = "<!--";

    /** Writes the page. */
    void write(Writer out) throws IOException {
        Map<String, String> parts = Map.of(
                "LIBRARY-STYLE", resource("uplot/uPlot.min.css"),
                "STYLE", resource("page.css"),
                "LICENCE", resource("uplot/LICENSE"),
                "LIBRARY", resource("uplot/uPlot.iife.min.js"),
                "SCRIPT", resource("page.js"),
                "DATA", data());
        String page = resource("page.html");
        int position = 0;
        for (int place = page.indexOf(PLACE); place >= 0; place = page.indexOf(PLACE, position)) {
            int end = page.indexOf("-->", place);
            out.append(page, position, place);
            out.write(parts.get(page.substring(place + PLACE.length(), end)));
            position = end + "-->".length();
        }
        out.append(page, position, page.length());
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the data as JSON that can stand inside of a page: whatever a trace says, no markup begins in it} */
    private String data() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("title", title);
            json.writeStringField("source", source);
            json.writeArrayFieldStart("remarks");
            for (String remark : remarks) {
                json.writeString(remark);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("groups");
            for (Section section : sections) {
                write(json, section);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString().replace("<", "\\u003c");
    }

    private static void write(JsonGenerator json, Section section) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", section.name());
        json.writeArrayFieldStart("facts");
        for (Map.Entry<String, String> fact : section.facts().entrySet()) {
            json.writeStartArray();
            json.writeString(fact.getKey());
            json.writeString(fact.getValue());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("graphs");
        for (Graph graph : section.graphs()) {
            write(json, graph);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Graph graph) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", graph.key());
        json.writeStringField("title", graph.title());
        json.writeStringField("reading", graph.reading());
        write(json, "x", graph.x());
        write(json, "y", graph.y());
        write(json, "rows", graph.rows());
        write(json, "notes", Section.thinned(graph, THINNING));
        json.writeArrayFieldStart("curves");
        double[] range = graph.range();
        for (Curve curve : graph.curves()) {
            write(json, graph, curve, THINNING.of(curve, range[0], range[1]));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Graph.Axis axis) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("title", axis.title());
        json.writeStringField("quantity", axis.quantity().key());
        json.writeStringField("unitName", axis.unit().name());
        json.writeNumberField("unit", axis.unit().size());
        json.writeNumberField("step", axis.quantity().step());
        json.writeBooleanField("log", axis.logarithmic());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Graph graph, Curve curve, Samples samples) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", curve.name());
        json.writeStringField("form", curve.form().key());
        json.writeStringField("light", curve.role().light());
        json.writeStringField("dark", curve.role().dark());
        Steps x = new Steps(graph.x());
        Steps y = new Steps(graph.y());
        json.writeArrayFieldStart("x");
        for (int i = 0; i < samples.size(); i++) {
            json.writeNumber(x.next(samples.x(i)));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("y");
        for (int i = 0; i < samples.size(); i++) {
            if (Double.isNaN(samples.y(i))) {
                json.writeNull();
            } else {
                json.writeNumber(y.next(samples.y(i)));
            }
        }
        json.writeEndArray();
        if (samples.hasEnds()) {
            writeEnds(json, graph, curve, samples);
        }
        json.writeEndObject();
    }

    private static void writeEnds(JsonGenerator json, Graph graph, Curve curve, Samples samples) throws IOException {
        boolean spans = curve.form() == Curve.Form.SPANS;
        Steps steps = new Steps(spans ? graph.x() : graph.y());
        json.writeArrayFieldStart("end");
        for (int i = 0; i < samples.size(); i++) {
            long begin = steps.of(spans ? samples.x(i) : samples.y(i));
            json.writeNumber(steps.of(samples.end(i)) - begin);
        }
        json.writeEndArray();
    }

    /** Turns values into whole steps, and those into differences. */
    private static final class Steps {

        private final Graph.Axis axis;
        private long before;

        Steps(Graph.Axis axis) {
            this.axis = axis;
        }

        long of(double value) {
            return Math.round((value - axis.zero()) / axis.quantity().step());
        }

        long next(double value) {
            long steps = of(value);
            long difference = steps - before;
            before = steps;
            return difference;
        }
    }
}
