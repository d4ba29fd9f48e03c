// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

/** What can be measured by itself, in the order of the report; {@code seconds} and {@code runs} are used unless others are asked for. */
enum Part {
    GOODPUT(30, 10, GoodputPart::measure),
    FAIRNESS(60, 4, FairnessPart::measure),
    RPC(60, 3, RequestPart::measure),
    OVERFLOW(30, 5, OverflowPart::measure),
    REORDERING(30, 5, ReorderingPart::measure);

    private interface Measured {
        Findings by(Bench bench) throws InterruptedException;
    }

    private final int seconds;
    private final int runs;
    private final Measured measured;

    Part(int seconds, int runs, Measured measured) {
        this.seconds = seconds;
        this.runs = runs;
        this.measured = measured;
    }

    int seconds() {
        return seconds;
    }

    int runs() {
        return runs;
    }

    /** Runs all of it; blocking. */
    Findings measure(Bench bench) throws InterruptedException {
        return measured.by(bench);
    }
}
