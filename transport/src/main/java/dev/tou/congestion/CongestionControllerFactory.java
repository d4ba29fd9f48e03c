// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Makes a controller for each connection, because a controller keeps the state of one path: {@code NewReno::new}.
 *
 * <p>Called on the connection's event loop when the connection is made, and again if the application chooses another one before
 * text was sent; must not block. If it throws or returns null, the connection has {@link CongestionControllers#CUBIC}, and the log
 * tells of it once. One factory may serve many connections on many loops.
 */
@FunctionalInterface
public interface CongestionControllerFactory {

    /** {@return a new controller, used by one connection and by one thread} */
    CongestionController newController();
}
