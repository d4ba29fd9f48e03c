// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;

/**
 * {@code tou perf -s}: shows one test after another. What happens in the event loop is told to the thread of the
 * command.
 */
final class ServerCommand implements PerfServer.Listener {

    private final CommonOptions common;
    private final Console console;
    private final JsonLines lines;
    private final Amounts amounts;
    private final boolean oneOff;
    private final boolean stream;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private PerfView view;
    private ExitCode last;

    ServerCommand(CommonOptions common, Amounts amounts, boolean oneOff, boolean stream) {
        this.common = common;
        this.console = common.console();
        this.lines = common.lines();
        this.amounts = amounts;
        this.oneOff = oneOff;
        this.stream = stream;
    }

    /** Listens until the process is told to end, or, for one test only, {@return how that ended} */
    ExitCode run(PerfServer.Setup setup) throws InterruptedException {
        try (PerfServer server = PerfServer.listen(setup, this);
                Interruption hook =
                        Interruption.onInterrupt(() -> console.lastWord("Interrupted; no longer listening."))) {
            assert hook != null;
            announce(server);
            while (last == null || !oneOff) {
                events.take().run();
            }
            return last;
        }
    }

    private void announce(PerfServer server) {
        String address = server.address().getAddress().getHostAddress();
        int port = server.address().getPort();
        boolean tcp = server.withoutTcp() == null;
        lines.emit("listening", JsonLines.fields("address", address, "port", port, "tcp", tcp));
        if (common.json()) {
            return;
        }
        boolean any = server.address().getAddress().isAnyLocalAddress();
        console.say("Listening on " + console.bold("port " + port)
                + (tcp ? ", over tou and over the kernel's TCP" : ", over tou"));
        console.say(console.dim(
                "  measure with: tou perf -c " + (any ? "THIS-HOST" : address) + (port == 5201 ? "" : " -p " + port)));
        if (!tcp) {
            console.note("The TCP port " + port + " cannot be listened on, so --baseline tcp will be refused: "
                    + server.withoutTcp().getMessage());
        }
    }

    @Override
    public void onBegin(HostAndPort client, Carrier carrier, TestPlan plan, List<ClientConnections.Opened> streams) {
        events.add(() -> {
            view = new PerfView(common, plan, amounts, true, stream);
            view.began(carrier, client, streams);
        });
    }

    @Override
    public void onInterval(Interval interval) {
        events.add(() -> view.interval(interval));
    }

    @Override
    public void onOutcome(Outcome outcome) {
        events.add(() -> {
            view.ended(outcome, true);
            last = ExitCode.DONE;
        });
    }

    @Override
    public void onFailed(HostAndPort client, boolean test, Failure failure) {
        events.add(() -> {
            lines.emit(
                    "failed",
                    JsonLines.fields(
                            "peer",
                            client.toString(),
                            "exit",
                            failure.exit().code(),
                            "sentence",
                            failure.getMessage()));
            console.error(failure.getMessage());
            if (test) {
                last = failure.exit();
            }
        });
    }
}
