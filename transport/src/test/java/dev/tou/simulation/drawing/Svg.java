// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.util.ArrayList;
import java.util.List;

/** Writes the elements of a picture, smallest possible. */
final class Svg {

    private final StringBuilder text = new StringBuilder(1 << 16);
    private final int width;
    private final int height;

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        text.append(Drawing.text("<path d='M%.1f %.1fL%.1f %.1f' %s/>\n", x1, y1, x2, y2, style));
    }

    void rectangle(double x, double y, double w, double h, String style) {
        text.append(Drawing.text("<rect x='%.1f' y='%.1f' width='%.2f' height='%.1f' %s/>\n", x, y, w, h, style));
    }

    void circle(double x, double y, double radius, String style) {
        text.append(Drawing.text("<circle cx='%.1f' cy='%.1f' r='%.1f' %s/>\n", x, y, radius, style));
    }

    void words(double x, double y, String anchor, String style, String words) {
        text.append(Drawing.text("<text x='%.1f' y='%.1f' text-anchor='%s' %s>", x, y, anchor, style))
                .append(escaped(words))
                .append("</text>\n");
    }

    /** Draws below what follows is cut off outside of a rectangle, until {@link #endClip}. */
    void clip(String name, double x, double y, double w, double h) {
        text.append(Drawing.text("<clipPath id='%s'><rect x='%.1f' y='%.1f' ", name, x, y))
                .append(Drawing.text("width='%.1f' height='%.1f'/></clipPath><g clip-path='url(#%s)'>\n", w, h, name));
    }

    void endClip() {
        text.append("</g>\n");
    }

    /** Strokes of one kind. */
    void path(Strokes strokes, String style) {
        if (strokes.d.length() > 0) {
            text.append("<path d='")
                    .append(strokes.d)
                    .append("' fill='none' ")
                    .append(style)
                    .append("/>\n");
        }
    }

    String finish() {
        return Drawing.text(
                        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' "
                                + "font-family='DejaVu Sans, Helvetica, Arial, sans-serif' font-size='12'>\n"
                                + "<rect width='100%%' height='100%%' fill='white'/>\n",
                        width, height, width, height)
                + text + "</svg>\n";
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Many strokes in one element; those that fall on the same place are drawn once. */
    static final class Strokes {
        private final StringBuilder d = new StringBuilder();
        private final List<double[]> last = new ArrayList<>(1);
        private final double least;
        private double x = Double.NaN;
        private double y;

        /** Strokes at least {@code least} pixels high. */
        Strokes(double least) {
            this.least = least;
        }

        /** A stroke upwards at {@code atX}. */
        void upright(double atX, double fromY, double toY) {
            double middle = (fromY + toY) / 2;
            double half = Math.max(Math.abs(toY - fromY), least) / 2;
            double bottom = middle + half;
            double top = middle - half;
            double[] before = last.isEmpty() ? null : last.get(0);
            boolean joins = before != null && Math.abs(before[0] - atX) < 0.3;
            if (joins && top >= before[2] - 0.2 && bottom <= before[1] + 0.2) {
                return;
            }
            last.clear();
            last.add(new double[] {atX, bottom, top});
            d.append(Drawing.text("M%.1f %.1fV%.1f", atX, bottom, top));
        }

        /** A cross. */
        void cross(double atX, double atY, double size) {
            d.append(Drawing.text(
                    "M%.1f %.1fl%.1f %.1fm0 %.1fl%.1f %.1f",
                    atX - size, atY - size, 2 * size, 2 * size, -2 * size, -2 * size, 2 * size));
        }

        /** A step: what was holds until {@code toX}, then it is {@code toY}. */
        void step(double toX, double toY) {
            if (Double.isNaN(x)) {
                d.append(Drawing.text("M%.1f %.1f", toX, toY));
            } else if (Math.abs(toX - x) < 0.3 && Math.abs(toY - y) < 0.3) {
                return;
            } else {
                d.append(Drawing.text("H%.1fV%.1f", toX, toY));
            }
            x = toX;
            y = toY;
        }

        /** The last value holds until {@code toX}. */
        void hold(double toX) {
            if (!Double.isNaN(x)) {
                d.append(Drawing.text("H%.1f", toX));
            }
        }
    }
}
