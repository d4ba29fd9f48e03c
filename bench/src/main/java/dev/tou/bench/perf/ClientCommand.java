// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Interruption;

/**
 * {@code tou perf -c}: runs one test, and shows it. What happens in the event loop is told to the thread of the
 * command.
 */
final class ClientCommand implements PerfClient.Listener {

    /** How long a test that is interrupted may take to give its figures. */
    private static final long LAST_SECONDS = 2;

    private final CommonOptions common;
    private final Console console;
    private final PerfClient.Setup setup;
    private final PerfView view;
    private final TestPlan plan;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final CountDownLatch shown = new CountDownLatch(1);
    private volatile boolean interrupted;
    private volatile boolean begun;

    ClientCommand(CommonOptions common, PerfClient.Setup setup, TestPlan plan, Amounts amounts, boolean stream) {
        this.common = common;
        this.console = common.console();
        this.setup = setup;
        this.plan = plan;
        this.view = new PerfView(common, plan, amounts, false, stream);
    }

    /** Runs it, and {@return bits per second that were received} */
    double run() throws InterruptedException {
        if (!common.json()) {
            console.say("Connecting to " + console.bold(setup.target().toString())
                    + console.dim(", " + view.describe(setup.carrier())));
        }
        try (PerfClient client = new PerfClient(setup, plan, this);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(client))) {
            assert hook != null;
            Outcome outcome = follow(client.start());
            view.ended(outcome, true);
            return received(outcome);
        }
    }

    private Outcome follow(CompletableFuture<Outcome> outcome) throws InterruptedException {
        outcome.whenComplete((result, failure) -> events.add(() -> {}));
        while (!outcome.isDone() || !events.isEmpty()) {
            events.take().run();
        }
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            if (interrupted) {
                shown.countDown();
                new CountDownLatch(1).await(); // the process is ending, and has its last word
            }
            throw e.getCause() instanceof Failure known
                    ? known
                    : new Failure(ExitCode.INTERNAL, "Internal error: " + e.getCause() + ".", e.getCause());
        }
    }

    private static double received(Outcome outcome) {
        return outcome.streams().stream()
                .mapToDouble(stream -> stream.received().bitsPerSecond())
                .sum();
    }

    /** What has been measured until now is the result. */
    private void interrupted(PerfClient client) {
        interrupted = true;
        client.interrupt();
        try {
            shown.await(LAST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        console.lastWord("Interrupted" + (begun ? "; the test is not complete." : " before the test had begun."));
    }

    @Override
    public void onConnected(List<ClientConnections.Opened> streams) {
        events.add(() -> {
            begun = true;
            view.began(setup.carrier(), setup.target(), streams);
        });
    }

    @Override
    public void onPartial(Outcome counted) {
        events.add(() -> view.ended(counted, false));
    }

    @Override
    public void onInterval(Interval interval) {
        events.add(() -> view.interval(interval));
    }
}
