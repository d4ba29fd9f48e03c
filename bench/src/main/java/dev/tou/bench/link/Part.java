// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

/** What can be measured by itself, in the order of the report; {@code seconds} and {@code runs} are used unless others are asked for. */
enum Part {
    GOODPUT(30, 10) {
        @Override
        Section measure(Bench bench) throws InterruptedException {
            return GoodputPart.measure(bench);
        }
    },
    FAIRNESS(60, 4) {
        @Override
        Section measure(Bench bench) throws InterruptedException {
            return FairnessPart.measure(bench);
        }
    },
    RPC(60, 3) {
        @Override
        Section measure(Bench bench) throws InterruptedException {
            return RequestPart.measure(bench);
        }
    },
    OVERFLOW(30, 5) {
        @Override
        Section measure(Bench bench) throws InterruptedException {
            return OverflowPart.measure(bench);
        }
    },
    REORDERING(30, 5) {
        @Override
        Section measure(Bench bench) throws InterruptedException {
            return ReorderingPart.measure(bench);
        }
    };

    private final int seconds;
    private final int runs;

    Part(int seconds, int runs) {
        this.seconds = seconds;
        this.runs = runs;
    }

    int seconds() {
        return seconds;
    }

    int runs() {
        return runs;
    }

    /** Runs all of it; blocking. */
    abstract Section measure(Bench bench) throws InterruptedException;
}
