// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.awt.Color;
import java.awt.Graphics;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;

import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;

/**
 * Writes lines that continue each other as one path. XChart draws a curve line by line, and as so many elements a curve is a file
 * ten times as large, which a browser opens slowly.
 */
final class JoiningSvg extends SVGGraphics2D {

    private Path2D.Double path;
    private double endX;
    private double endY;

    JoiningSvg(SVGGeneratorContext context) {
        super(context, false);
    }

    private JoiningSvg(JoiningSvg other) {
        super(other);
    }

    @Override
    public Graphics create() {
        finish();
        return new JoiningSvg(this);
    }

    @Override
    public void draw(Shape shape) {
        if (!(shape instanceof Line2D line)) {
            finish();
            super.draw(shape);
            return;
        }
        Point2D begin = line.getP1();
        if (path == null) {
            path = new Path2D.Double();
            path.moveTo(begin.getX(), begin.getY());
        } else if (begin.getX() != endX || begin.getY() != endY) {
            path.moveTo(begin.getX(), begin.getY());
        }
        endX = line.getX2();
        endY = line.getY2();
        path.lineTo(endX, endY);
    }

    /** Draws what was put off. */
    private void finish() {
        if (path != null) {
            Shape whole = path;
            path = null;
            super.draw(whole);
        }
    }

    @Override
    public void setColor(Color colour) {
        if (colour != null && !colour.equals(getColor())) {
            finish();
        }
        super.setColor(colour);
    }

    @Override
    public void setStroke(Stroke stroke) {
        if (stroke != null && !stroke.equals(getStroke())) {
            finish();
        }
        super.setStroke(stroke);
    }

    @Override
    public void fill(Shape shape) {
        finish();
        super.fill(shape);
    }

    @Override
    public void drawString(String text, float x, float y) {
        finish();
        super.drawString(text, x, y);
    }

    @Override
    public void setClip(Shape clip) {
        finish();
        super.setClip(clip);
    }

    @Override
    public void clip(Shape clip) {
        finish();
        super.clip(clip);
    }

    @Override
    public void transform(java.awt.geom.AffineTransform transform) {
        finish();
        super.transform(transform);
    }

    @Override
    public void setTransform(java.awt.geom.AffineTransform transform) {
        finish();
        super.setTransform(transform);
    }

    @Override
    public void translate(double x, double y) {
        finish();
        super.translate(x, y);
    }

    @Override
    public void rotate(double angle) {
        finish();
        super.rotate(angle);
    }

    @Override
    public void dispose() {
        finish();
        super.dispose();
    }
}
