// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/** Makes a controller for each connection, because a controller keeps the state of one path: {@code NewReno::new}. */
@FunctionalInterface
public interface CongestionControllerFactory {

    /** {@return a new controller, used by one connection and by one thread} */
    CongestionController newController();
}
