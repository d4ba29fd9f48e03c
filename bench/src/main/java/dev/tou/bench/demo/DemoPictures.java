// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.tou.bench.Failure;
import dev.tou.bench.plot.Pictures;
import dev.tou.bench.plot.Plot;

/**
 * What the demonstration draws of itself: a page for a browser, and a picture.
 *
 * @param files those that were written
 * @param problem why not all of them were, null if they were
 */
record DemoPictures(List<Path> files, String problem) {

    /** The option that says where the trace is. */
    static final String TRACE = "--trace=";

    private static final int WIDTH = 1100;

    /** Draws the trace and the latencies. A machine that cannot draw, such as one without fonts, spoils no demonstration. */
    static DemoPictures draw(Demo.Plan plan) {
        List<Path> files = new ArrayList<>();
        try {
            Plot plot = Plot.read(List.of(traceOf(plan), plan.results().resolve("latency.hlog")), Plot.Selection.ALL);
            Path page = plan.results().resolve("plot.html");
            plot.writePage(page);
            files.add(page);
            Path picture = plan.results().resolve("plot.png");
            plot.writePicture(picture, Pictures.Format.PNG, WIDTH);
            files.add(picture);
            return new DemoPictures(files, null);
        } catch (Failure e) {
            return new DemoPictures(files, e.getMessage());
        }
    }

    private static Path traceOf(Demo.Plan plan) {
        return plan.recordings().stream()
                .filter(argument -> argument.startsWith(TRACE))
                .map(argument -> Path.of(argument.substring(TRACE.length())))
                .findFirst()
                .orElseThrow();
    }

    /** {@return what was drawn, and why not all of it if so} */
    String sentence() {
        String names =
                files.stream().map(file -> String.valueOf(file.getFileName())).collect(Collectors.joining(", "));
        return problem == null ? names : names.isEmpty() ? problem : names + "; " + problem;
    }
}
