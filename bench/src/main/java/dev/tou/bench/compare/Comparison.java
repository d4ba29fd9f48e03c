// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Interruption;
import dev.tou.bench.Transports;
import dev.tou.bench.Units;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

/** Runs the workloads, round by round, each round over all transports. */
final class Comparison {

    /**
     * What to run.
     *
     * @param transports their names; the first round runs them in this order, each other begins with the next one
     * @param rounds of each workload
     * @param duration of one transport's turn
     * @param warmup of each transport before the first round of a workload
     * @param recording what flight recordings of both processes are called, or null
     */
    record Plan(
            List<Workload> workloads,
            List<String> transports,
            Settings settings,
            int rounds,
            Duration duration,
            Duration warmup,
            Client.Shape shape,
            boolean pin,
            Path recording) {

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("rounds", rounds);
            fields.put("durationMillis", duration.toMillis());
            fields.put("warmupMillis", warmup.toMillis());
            fields.put("reverse", shape.reverse());
            fields.put("clients", shape.clients());
            fields.put("pathMtuBytes", settings.pathMtuBytes());
            fields.put("receiveBufferBytes", settings.receiveBufferBytes());
            fields.put("pin", pin);
            return fields;
        }
    }

    private final CommonOptions common;
    private final Console console;
    private final Plan plan;

    Comparison(CommonOptions common, Plan plan) {
        this.common = common;
        this.console = common.console();
        this.plan = plan;
    }

    Report run() {
        List<Contender> contenders = Contenders.named(plan.transports(), plan.settings(), console::note);
        if (contenders.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "No transport is left to run.");
        }
        List<String> names = contenders.stream().map(Contender::name).toList();
        EventLoopGroup group = Transports.group(plan.settings().io(), 1, Pinning.LOOP_NAME);
        Path log = temporaryFile();
        try (PairedServer server =
                        PairedServer.start(names, plan.settings(), plan.pin() ? 0 : -1, recording("server"), log);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(server))) {
            assert hook != null;
            EventLoop loop = group.next();
            Map<String, String> environment = Environment.describe(loop, plan.settings());
            environment.put("pinned", pinned(loop));
            for (Contender contender : contenders) {
                contender.prepare(loop);
            }
            Environment.Busyness before = Environment.Busyness.now();
            List<Results> results = recordAll(new Client(loop, server, new Meter(loop), plan.shape()), contenders);
            describe(environment, before, Environment.Busyness.now());
            Map<String, String> transports = new LinkedHashMap<>();
            contenders.forEach(contender -> transports.put(contender.name(), contender.describe()));
            return new Report(plan.fields(), transports, environment, results);
        } catch (Failure e) {
            throw e;
        } catch (Exception e) {
            throw new Failure(ExitCode.INTERNAL, "The comparison failed: " + e + ".", e);
        } finally {
            Transports.shutdown(group);
            log.toFile().delete();
        }
    }

    private String pinned(EventLoop loop) throws InterruptedException {
        if (!plan.pin()) {
            return "no";
        }
        int last = Runtime.getRuntime().availableProcessors() - 1;
        return last > 0 && Pinning.pin(loop, last)
                ? "the server's loop on core 0, the client's on core " + last
                : "not possible here";
    }

    private static void describe(Map<String, String> facts, Environment.Busyness before, Environment.Busyness after) {
        if (before.load() != null) {
            facts.put("load average before", before.load());
            facts.put("load average after", after.load());
        }
        Double stolen = after.stolenSince(before);
        if (stolen != null) {
            facts.put("stolen by the hypervisor", Units.percent(stolen));
        }
    }

    private Path recording(String process) {
        return plan.recording() == null ? null : FlightRecording.fileOf(plan.recording(), process);
    }

    private List<Results> recordAll(Client client, List<Contender> contenders) {
        if (plan.recording() == null) {
            return runAll(client, contenders);
        }
        try (FlightRecording recording = FlightRecording.start(recording("client"))) {
            assert recording != null;
            return runAll(client, contenders);
        }
    }

    private List<Results> runAll(Client client, List<Contender> contenders) {
        List<Results> all = new ArrayList<>();
        for (Workload workload : plan.workloads()) {
            for (Contender contender : contenders) {
                tell(workload, "warm-up", contender);
                client.run(workload, contender, 0, plan.warmup());
            }
            Results results = new Results(workload);
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Contender contender : order(contenders, round)) {
                    tell(workload, "round " + round + " of " + plan.rounds(), contender);
                    Round done = client.run(workload, contender, round, plan.duration());
                    results.add(contender.name(), done);
                }
            }
            console.clearProgress();
            all.add(results);
        }
        return all;
    }

    /** {@return who runs when: what comes first may have a warmer or a busier machine, so each has its turn at that} */
    static <T> List<T> order(List<T> all, int round) {
        List<T> order = new ArrayList<>(all);
        Collections.rotate(order, -(round - 1));
        return order;
    }

    private void tell(Workload workload, String step, Contender contender) {
        console.progress("  " + workload.label() + ", " + step + ": " + contender.name());
    }

    private void interrupted(PairedServer server) {
        console.lastWord("Interrupted; the server process was ended.");
        server.kill();
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("tou-bench-server-", ".log");
        } catch (IOException e) {
            throw Failures.writing(Path.of(System.getProperty("java.io.tmpdir")), "the server's log", e);
        }
    }
}
