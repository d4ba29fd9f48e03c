// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.knowm.xchart.XYChart;

/**
 * Pictures of graphs, below each other, without a display: PNG, or SVG with letters as shapes, so
 * that it looks the same where the fonts are missing.
 *
 * @param width of a picture, in pixels
 */
public record Pictures(int width) {

    /** What a picture may be. */
    public enum Format {
        SVG,
        PNG
    }

    private static final String SVG_NAMESPACE = "http://www.w3.org/2000/svg";

    static {
        System.setProperty("java.awt.headless", "true");
    }

    /**
     * Draws {@code graphs}, which have something to show.
     *
     * @throws Failure if this Java has no fonts
     */
    void write(List<Graph> graphs, Format format, OutputStream out) throws IOException {
        try {
            if (format == Format.PNG) {
                writePng(graphs, out);
            } else {
                writeSvg(graphs, out);
            }
        } catch (LinkageError | InternalError | RuntimeException e) {
            if (isAboutFonts(e)) {
                throw withoutFonts(e);
            }
            throw e;
        }
    }

    private void writePng(List<Graph> graphs, OutputStream out) throws IOException {
        BufferedImage image = new BufferedImage(width, height(graphs), BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        paint(graphs, canvas);
        canvas.dispose();
        ImageIO.setUseCache(false);
        ImageIO.write(image, "png", out);
    }

    private void writeSvg(List<Graph> graphs, OutputStream out) throws IOException {
        JoiningSvg canvas = new JoiningSvg(context());
        canvas.setSVGCanvasSize(new java.awt.Dimension(width, height(graphs)));
        paint(graphs, canvas);
        OutputStreamWriter writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        canvas.stream(writer, true);
        writer.flush();
    }

    private static SVGGeneratorContext context() {
        try {
            SVGGeneratorContext context = SVGGeneratorContext.createDefault(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVG_NAMESPACE, "svg", null));
            context.setComment("tou plot");
            context.setPrecision(1);
            return context;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void paint(List<Graph> graphs, Graphics2D canvas) {
        for (Graph graph : graphs) {
            XYChart chart = new PictureChart(graph, width).chart();
            Graphics2D part = (Graphics2D) canvas.create();
            chart.paint(part, chart.getWidth(), chart.getHeight());
            part.dispose();
            canvas.translate(0, chart.getHeight());
        }
    }

    private static int height(List<Graph> graphs) {
        return graphs.stream().mapToInt(PictureChart::height).sum();
    }

    /** A Java without fonts says so in many ways, by its version and by what is missing. */
    private static boolean isAboutFonts(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String text = cause.toString().toLowerCase(java.util.Locale.ROOT);
            if (text.contains("font") || text.contains("freetype") || text.contains("sun.awt")) {
                return true;
            }
        }
        return false;
    }

    private static Failure withoutFonts(Throwable cause) {
        return new Failure(
                ExitCode.INTERNAL,
                "This Java has no fonts to draw with; install fontconfig and a font (such as fonts-dejavu-core), or write a page: "
                        + "-o FILE.html needs none.",
                cause);
    }
}
