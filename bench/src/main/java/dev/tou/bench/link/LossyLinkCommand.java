// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Units;
import dev.tou.bench.compare.Environment;
import dev.tou.bench.compare.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Directs a measurement between two namespaces, which {@code bench/lossy-link.sh} makes and removes. */
@Command(
        name = "lossy-link",
        mixinStandardHelpOptions = true,
        hidden = true,
        sortOptions = false,
        description = "Kernel TCP and tou over the same lossy link. Run it as bench/lossy-link.sh.")
public final class LossyLinkCommand implements Callable<Integer> {

    /** Of requests, for the compiler. */
    private static final int WARM_UP_SECONDS = 5;

    @Parameters(
            arity = "1..*",
            paramLabel = "PART",
            converter = Choice.Converter.class,
            description = "What to measure: goodput, fairness, rpc, overflow, reordering, or all.")
    private List<Choice> choices;

    @Option(names = "--runs", paramLabel = "N", description = "Pairs of runs (default: that of each part).")
    private Integer runs;

    @Option(names = "--seconds", paramLabel = "N", description = "Length of a run (default: that of each part).")
    private Integer seconds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Of the links: pair n has seed N + n.")
    private long seed;

    @Option(names = "--rate", paramLabel = "MBIT", defaultValue = "100", description = "Of the link, in Mbit/s.")
    private double mbit;

    @Option(names = "--loss", paramLabel = "PCT", split = ",", description = "Only these losses, for goodput and rpc.")
    private List<Double> losses;

    @Option(
            names = "--advance",
            description = "Reorder by the link's --reorder, which skips the delay, instead of its --hold.")
    private boolean advance;

    @Option(
            names = "--path-mtu",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "What tou starts with; 0: as users get it (default: ${DEFAULT-VALUE}).")
    private int pathMtuBytes;

    @Option(
            names = "--rcvbuf",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "SO_RCVBUF of tou; 0: it grows as users get it (default: ${DEFAULT-VALUE}).")
    private int receiveBufferBytes;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "docs/results",
            description = "Where the report goes.")
    private Path output;

    @Option(names = "--netns-a", required = true, hidden = true)
    private String a;

    @Option(names = "--netns-b", required = true, hidden = true)
    private String b;

    @Option(names = "--link", required = true, hidden = true)
    private Path linkProgram;

    @Option(names = "--scratch", required = true, hidden = true)
    private Path scratch;

    @Option(names = "--fact", paramLabel = "NAME=TEXT", hidden = true)
    private Map<String, String> facts = new LinkedHashMap<>();

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        Lab lab = new Lab(a, b, linkProgram, scratch);
        LossyLinkReport report = new LossyLinkReport(output, LocalDate.now().toString());
        for (Choice choice : choices) {
            for (Part part : choice.parts()) {
                measure(part, lab, report);
            }
        }
        common.console().say("The report is " + report.markdown() + ", every run in the JSON file beside it.");
        return ExitCode.DONE.code();
    }

    private void measure(Part part, Lab lab, LossyLinkReport report) throws InterruptedException {
        Bench.Plan plan = new Bench.Plan(
                runs == null ? part.runs() : runs,
                seconds == null ? part.seconds() : seconds,
                seed,
                mbit,
                losses,
                advance);
        common.console().say(part.name().toLowerCase(Locale.ROOT) + ":");
        Environment.Busyness before = Environment.Busyness.now();
        Settings settings = new Settings(common.io(), pathMtuBytes, receiveBufferBytes);
        try (Bench bench = new Bench(lab, plan, common.console(), settings)) {
            measure(part, bench, findings -> report.put(part, findings, circumstances(bench, before)));
        }
    }

    /** What is measured is saved row by row, and before a failure ends it all. */
    private void measure(Part part, Bench bench, Consumer<Findings> save) throws InterruptedException {
        bench.onRow(save);
        try {
            bench.warmUp(part == Part.RPC ? WARM_UP_SECONDS : 0);
            Findings findings = part.measure(bench);
            bench.troubles().forEach(trouble -> findings.remark("Made again: " + trouble));
            save.accept(findings);
            LossyLinkReport.section(new ObjectMapper().valueToTree(findings.fields()))
                    .forEach(common.console()::say);
        } catch (Failure failure) {
            if (bench.findings() != null) {
                bench.findings().remark("**Ended early**: " + failure.getMessage());
                save.accept(bench.findings());
            }
            throw failure;
        }
    }

    private Map<String, String> circumstances(Bench bench, Environment.Busyness before) {
        Environment.Busyness after = Environment.Busyness.now();
        Map<String, String> all = new LinkedHashMap<>(facts);
        Bench.Plan plan = bench.plan();
        all.put("runs", plan.runs() + " of " + plan.seconds() + " s");
        all.put("seeds", "from " + (plan.seed() + 1) + " to " + (plan.seed() + plan.runs()));
        all.put("link", Units.format("%s Mbit/s, MTU 1500", plan.mbit()));
        all.put("tou", bench.a().describeTou());
        all.put("bounds", "Student's t on the logarithms of the paired ratios, two-sided 95 %; the mean is geometric");
        all.putAll(Environment.machine());
        for (String name : List.of("tcp_rmem", "tcp_wmem", "tcp_no_metrics_save")) {
            all.put("net.ipv4." + name + " at both ends", sysctl(bench.lab(), "net.ipv4." + name));
        }
        for (String name : List.of("net.core.rmem_max", "net.core.wmem_max")) {
            all.put(name + ", which limits tou's UDP sockets", sysctl(bench.lab(), name));
        }
        if (before.load() != null) {
            all.put("load average before and after", before.load() + "; " + after.load());
        }
        Double stolen = after.stolenSince(before);
        if (stolen != null) {
            all.put("stolen by the hypervisor", Units.percent(stolen));
        }
        return all;
    }

    private static String sysctl(Lab lab, String name) {
        return Lab.output(Lab.in(lab.a(), "cat", "/proc/sys/" + name.replace('.', '/')))
                .replace('\t', ' ');
    }
}
