// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.JsonLines;
import dev.tou.bench.ProgressLine;

/** Shows a transfer while it lasts: a redrawn line on a terminal, a line every two seconds elsewhere, or JSON lines. */
public final class ProgressView {

    private static final long REDRAW_MILLIS = 100;
    private static final long LINE_NANOS = 2_000_000_000L;

    private final Console console;
    private final JsonLines lines;
    private final TransferProgress transfer;
    private final ProgressLine line;
    private long lastLineNanos;

    public ProgressView(Console console, JsonLines lines, TransferProgress transfer) {
        this.console = console;
        this.lines = lines;
        this.transfer = transfer;
        this.line = new ProgressLine(console, transfer.name(), transfer.size());
    }

    /** {@return the outcome, after showing the progress until it comes} */
    public <T> T follow(CompletableFuture<T> outcome) {
        while (true) {
            try {
                T result = outcome.get(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
                console.clearProgress();
                return result;
            } catch (TimeoutException notYet) {
                draw();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Failure(ExitCode.INTERRUPTED, "Interrupted.", e);
            } catch (ExecutionException e) {
                console.clearProgress();
                throw Failures.of(e.getCause());
            }
        }
    }

    /** Shows how far it is now; before the first byte there is nothing to show but, on a terminal, that it waits. */
    void draw() {
        draw(transfer.elapsedNanos());
    }

    void draw(long elapsed) {
        if (!transfer.hasBegun()) {
            if (!lines.isEnabled()) {
                console.progress(transfer.name() + "  waiting for " + transfer.peer() + " ...");
            }
        } else if (lines.isEnabled()) {
            lines.emit(
                    "progress",
                    JsonLines.fields(
                            "name", transfer.name(),
                            "bytes", transfer.moved(),
                            "size", transfer.size(),
                            "retransmits", transfer.retransmits()));
        } else if (console.isLive()) {
            console.progress(line.at(transfer.moved(), elapsed, transfer.retransmits()));
        } else if (elapsed - lastLineNanos < LINE_NANOS) {
            line.passed(transfer.moved(), elapsed);
        } else {
            lastLineNanos = elapsed;
            console.note(line.at(transfer.moved(), elapsed, transfer.retransmits()));
        }
    }
}
