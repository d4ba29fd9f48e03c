// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/** One thing that TCP does, as a play: it says what happens, makes it happen, and waits for what must follow. */
interface Scenario {

    Card card();

    /**
     * Plays it.
     *
     * @return what was seen, in a sentence or two
     * @throws dev.tou.bench.Failure if something else happens, or nothing
     */
    String play(Stage stage) throws InterruptedException;
}
