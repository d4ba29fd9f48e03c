// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Scripted impairment: decides about a datagram before its link does, so that a test can lose exactly the datagram
 * that it is about.
 */
@FunctionalInterface
public interface DatagramRule {

    /** Let it pass. */
    long PASS = 0;

    /** Drop it. */
    long DROP = -1;

    /** {@return {@link #PASS}, {@link #DROP}, or nanoseconds by which it is to be late (others may overtake it)} */
    long decide(long nowNanos, Datagram datagram);

    /** {@return a rule that drops every datagram that matches} */
    static DatagramRule drop(Predicate<Datagram> which) {
        return (nowNanos, datagram) -> which.test(datagram) ? DROP : PASS;
    }

    /** {@return a rule that drops the n-th match, counted from 1, and no other} */
    static DatagramRule dropNth(int n, Predicate<Datagram> which) {
        return nth(n, which, DROP);
    }

    /** {@return a rule that delays the n-th match, counted from 1, and no other} */
    static DatagramRule delayNth(int n, Duration delay, Predicate<Datagram> which) {
        return nth(n, which, delay.toNanos());
    }

    private static DatagramRule nth(int n, Predicate<Datagram> which, long verdict) {
        int[] seen = new int[1];
        return (nowNanos, datagram) -> which.test(datagram) && ++seen[0] == n ? verdict : PASS;
    }
}
