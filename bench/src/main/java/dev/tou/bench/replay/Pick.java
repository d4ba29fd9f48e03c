// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import dev.tou.bench.replay.Event.Source;

/** Which segments are meant. */
interface Pick extends Predicate<Pick.Passing> {

    /** A segment on its way. */
    record Passing(Source direction, WireSegment segment) {}

    /** {@return the segments to the server with exactly these flags, PSH aside} */
    static Pick toServer(int flags) {
        return passing ->
                passing.direction() == Source.TO_SERVER && passing.segment().is(flags);
    }

    /** {@return the segments to the client with exactly these flags, PSH aside} */
    static Pick toClient(int flags) {
        return passing ->
                passing.direction() == Source.TO_CLIENT && passing.segment().is(flags);
    }

    /** {@return the {@code n}-th segment with text that goes to the server from now on, counted from 1} */
    static Pick textToServer(int n) {
        AtomicInteger texts = new AtomicInteger();
        return passing -> passing.direction() == Source.TO_SERVER
                && passing.segment().text().length > 0
                && texts.incrementAndGet() == n;
    }

    /** {@return every segment with this flag, whatever else it has} */
    static Pick with(int flag) {
        return passing -> passing.segment().has(flag);
    }

    /** {@return the segments that are this and carry text} */
    default Pick withText() {
        return passing -> test(passing) && passing.segment().text().length > 0;
    }
}
