// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

import org.knowm.xchart.style.markers.Marker;

/**
 * What stands at a point, each in a size of its own, where those of XChart share one.
 *
 * <p>Their shapes tell them apart without colours, and they can stand on each other: a diamond leaves the arms of a cross and all of a
 * ring to be seen. In pixels, the same as on the page.
 */
final class Markers {

    private static final BasicStroke HAIRLINE = new BasicStroke(1);
    private static final BasicStroke STROKE = new BasicStroke(1.7f);

    private Markers() {}

    /** For what there is much of. */
    static final class Dot extends Marker {

        private static final double SIZE = 3;

        @Override
        public void paint(Graphics2D canvas, double x, double y, int markerSize) {
            canvas.fill(new Rectangle2D.Double(x - SIZE / 2, y - SIZE / 2, SIZE, SIZE));
        }
    }

    /** Has longer arms than a diamond. */
    static final class Cross extends Marker {

        private static final double ARM = 6;

        @Override
        public void paint(Graphics2D canvas, double x, double y, int markerSize) {
            canvas.setStroke(STROKE);
            canvas.draw(new Line2D.Double(x - ARM, y - ARM, x + ARM, y + ARM));
            canvas.draw(new Line2D.Double(x - ARM, y + ARM, x + ARM, y - ARM));
        }
    }

    /** Filled, with a white edge, so that two beside each other are two. */
    static final class Diamond extends Marker {

        private static final double ARM = 5;

        @Override
        public void paint(Graphics2D canvas, double x, double y, int markerSize) {
            Path2D shape = new Path2D.Double();
            shape.moveTo(x, y - ARM);
            shape.lineTo(x + ARM, y);
            shape.lineTo(x, y + ARM);
            shape.lineTo(x - ARM, y);
            shape.closePath();
            canvas.fill(shape);
            Color colour = canvas.getColor();
            canvas.setColor(Color.WHITE);
            canvas.setStroke(HAIRLINE);
            canvas.draw(shape);
            canvas.setColor(colour);
        }
    }

    /** Has room for a diamond. */
    static final class Ring extends Marker {

        private static final double RADIUS = 7.5;

        @Override
        public void paint(Graphics2D canvas, double x, double y, int markerSize) {
            canvas.setStroke(STROKE);
            canvas.draw(new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS));
        }
    }

    /** Its tip is the point. */
    static final class Triangle extends Marker {

        private static final double ARM = 5;

        @Override
        public void paint(Graphics2D canvas, double x, double y, int markerSize) {
            Path2D shape = new Path2D.Double();
            shape.moveTo(x, y);
            shape.lineTo(x - ARM, y - 2 * ARM);
            shape.lineTo(x + ARM, y - 2 * ARM);
            shape.closePath();
            canvas.fill(shape);
        }
    }
}
