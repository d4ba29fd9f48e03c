// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * A seeded network in virtual time, on which the whole stack runs, stock bootstraps included.
 *
 * <p>{@link dev.tou.simulation.SimulatedNetwork} owns hosts, links and the clock; {@link dev.tou.simulation.Simulation}
 * turns the crank: it runs every event loop until nothing is left to do at this instant, then jumps to the next event.
 * Nothing here reads a wall clock, sleeps or starts a thread, and every random number comes from one seed, so that a
 * failing run is a number that anyone can run again.
 *
 * <pre>
 *   SimDatagramChannel --&gt; SimSocket --&gt; Link --&gt; SimSocket --&gt; SimDatagramChannel
 *      (Netty)              (kernel)    (wire)     (kernel)         (Netty)
 * </pre>
 */
package dev.tou.simulation;
