// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Draws what a simulated connection did: a time-sequence graph, windows, round trips, what limited it; one SVG file that needs
 * nothing else.
 *
 * <pre>
 *   &#64;RegisterExtension
 *   final Drawing drawing = new Drawing();
 *   ...
 *   drawing.watch(network);
 *   client.option(TouChannelOption.TRANSPORT_LISTENER, drawing);
 * </pre>
 *
 * <p>A test that fails leaves {@code target/sim/CLASS.METHOD.svg}; {@code -Dtou.draw=DIR} has every test leave its picture there.
 */
package dev.tou.simulation.drawing;
