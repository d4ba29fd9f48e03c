// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every path of the grid carries its transfer, repeats little more than was lost, and as fast as the committed table says.
 * Cells run beside each other, each in a simulation of its own, so the table does not depend on their order.
 */
class SimulationGridTest {

    private static final long MAX_TEXT_BYTES = 1440;

    /** A prime to the sizes of all axes, so that a sample meets every value of every axis. */
    private static final int SAMPLE_STEP = 37;

    @Test
    void aSampleOfTheGridIsAsTheTableSays() throws Exception {
        List<Cell> sample = new ArrayList<>();
        List<Cell> all = Cell.all();
        for (int i = 0; i < all.size(); i += SAMPLE_STEP) {
            sample.add(all.get(i));
        }
        List<CellResult> results = run(sample);
        results.forEach(SimulationGridTest::checkInvariants);
        assertThat(GridTable.differences(results)).as("lines that changed").isEmpty();
    }

    // Minutes of nothing but computing, and many more beside other programs.
    @Timeout(value = 45, unit = TimeUnit.MINUTES)
    @Tag("full")
    @Test
    void theWholeGridIsAsTheTableSays() throws Exception {
        List<CellResult> results = run(Cell.all());
        if (Boolean.getBoolean("tou.grid.write")) {
            GridTable.write(results);
        }
        results.forEach(SimulationGridTest::checkInvariants);
        assertThat(GridTable.differences(results)).as("lines that changed").isEmpty();
    }

    // Neither the clock on the wall nor the thread nor what ran before may show in the table.
    @Test
    void aCellIsTheSameOnAnyThread() throws Exception {
        Cell cell = new Cell(10_000, 10_000_000, 0.5, 1);
        String here = CellResult.of(cell).line();
        List<CellResult> there = run(List.of(cell, new Cell(10_000, 10_000_000, 0.5, 3), cell));
        assertThat(there.get(0).line()).isEqualTo(here);
        assertThat(there.get(2).line()).isEqualTo(here);
    }

    private static List<CellResult> run(List<Cell> cells) throws InterruptedException, ExecutionException {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<CellResult>> running = new ArrayList<>();
            for (Cell cell : cells) {
                running.add(workers.submit(() -> CellResult.of(cell)));
            }
            List<CellResult> results = new ArrayList<>();
            for (Future<CellResult> result : running) {
                results.add(result.get());
            }
            return results;
        } finally {
            workers.shutdownNow();
        }
    }

    private static void checkInvariants(CellResult result) {
        // What the receiver could not hold is lost, too.
        long allowance = 30_000
                + result.report().textSegments()
                + MAX_TEXT_BYTES * result.report().refusedSegments();
        assertThat((double) result.report().retransmittedBytes())
                .as("sent again, of %s", result.line())
                .isLessThanOrEqualTo(result.report().lostBytes() * 1.1 + allowance);
        if (result.report().lostSegments() == 0) {
            assertThat(result.timeouts()).as("timeouts of %s", result.line()).isZero();
        }
    }
}
