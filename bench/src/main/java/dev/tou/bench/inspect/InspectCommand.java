// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Interruption;
import dev.tou.bench.Range;
import dev.tou.bench.Table;
import dev.tou.bench.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou inspect}: finds the process and looks at it, once or again and again. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show the live connections of a process that uses tou, with the names of \"ss -ti\".",
            "It may be any Java process of this host and user with tou in it. Without PID, it is the only one, or all are"
                    + " listed. Each connection says what limits it: the application, the peer, the path."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou inspect                        the process, if there is one, or a list",
            "  tou inspect 4711 --watch           look again every second, until Ctrl-C",
            "  tou inspect 4711 :7000 --explain   of that port, each figure in a sentence",
            "  tou inspect --state close-wait     who does not close?",
            "  tou inspect 4711 --summary         states, sockets, what was dropped, why",
            "  tou inspect 4711 -J                the same for programs"
        })
public final class InspectCommand implements Callable<Integer> {

    /** How long the event loops of the process may take. */
    private static final long PATIENCE_MILLIS = 2000;

    private static final Duration LEAST_WATCH = Duration.ofMillis(100);
    private static final Duration MOST_WATCH = Duration.ofHours(1);
    private static final int MOST = 100_000;

    @Parameters(
            arity = "0..2",
            paramLabel = "PID|HOST:PORT",
            description =
                    "The number of the process; and which connections, by an address, a :PORT, or both, of either end.")
    private List<String> what = new ArrayList<>();

    @Option(
            names = {"-w", "--watch"},
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "SECONDS",
            description = "Look again every so many seconds, until Ctrl-C or the end of the process (default: 1).")
    private String watch;

    @Option(
            names = {"-e", "--explain"},
            description = "Say of every figure what it means, and its unit.")
    private boolean explain;

    @Option(
            names = {"-s", "--summary"},
            description = "Counts instead of connections: states, UDP sockets, event loops, what was dropped and why.")
    private boolean summary;

    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "Only these states: estab, listen, syn-sent, close-wait and so on.")
    private List<String> states = new ArrayList<>();

    @Option(
            names = {"-l", "--listening"},
            description = "Only listeners: Recv-Q is how many wait for accept, Send-Q how many may.")
    private boolean listening;

    @Option(
            names = "--over",
            paramLabel = "TIME",
            defaultValue = "1s",
            description =
                    "Look twice, so long apart, for rates and for what limits; with 0s once, and limits are since the"
                            + " connection began (default: ${DEFAULT-VALUE}).")
    private Duration over;

    @Option(
            names = "--most",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "How many connections of an event loop to show at most, 1 to 100000 (default: ${DEFAULT-VALUE}).")
    private int most;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        Duration every = every();
        Wanted wanted = wanted();
        lookInto(find(), wanted, every);
        return ExitCode.DONE.code();
    }

    /** Shows the processes, or some of them, and closes them. */
    void lookInto(List<Inspected> found, Wanted wanted, Duration every) throws InterruptedException {
        try {
            if (found.size() > 1 && (!wanted.isFilter() || every != null)) {
                list(found);
            } else if (every != null) {
                watch(found.get(0), wanted, every);
            } else {
                show(found, wanted);
            }
        } finally {
            found.forEach(Inspected::close);
        }
    }

    // --- what was asked for ---

    private Duration every() {
        if (watch == null) {
            return null;
        }
        Duration every;
        try {
            every = Units.parseDuration(watch.matches("[0-9.]+") ? watch + "s" : watch);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, "--watch: " + e.getMessage() + "; the PID comes before it.", e);
        }
        if (every.compareTo(LEAST_WATCH) < 0 || every.compareTo(MOST_WATCH) > 0) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--watch is " + watch + " s; give 0.1 to 3600, and the PID before it: \"tou inspect " + watch
                            + " --watch\".");
        }
        return every;
    }

    private String pid() {
        return what.isEmpty() || !what.get(0).matches("\\d+") ? null : what.get(0);
    }

    private Wanted wanted() {
        Range.require("--most", most, 1, MOST);
        if (over.compareTo(MOST_WATCH) > 0) {
            throw new Failure(ExitCode.USAGE, "--over is too long; give 0s to 1h.");
        }
        List<String> filters = pid() == null ? what : what.subList(1, what.size());
        if (filters.size() > 1 || filters.stream().anyMatch(filter -> filter.matches("\\d+"))) {
            throw new Failure(
                    ExitCode.USAGE, "Give a PID, and at most one HOST:PORT behind it; a port alone is written :7000.");
        }
        Set<String> wanted = new LinkedHashSet<>(Wanted.states(states));
        if (listening) {
            wanted.add(Wanted.LISTEN);
        }
        return Wanted.parse(filters.isEmpty() ? "" : filters.get(0), wanted, most);
    }

    // --- which process ---

    private List<Inspected> find() {
        if (pid() != null) {
            long number;
            try {
                number = Long.parseLong(pid());
            } catch (NumberFormatException e) {
                throw new Failure(ExitCode.USAGE, "\"" + pid() + "\" is too large for a PID.", e);
            }
            return List.of(Inspected.open(JavaProcess.of(number)));
        }
        List<JavaProcess> all = JavaProcess.all();
        List<Inspected> found = new ArrayList<>();
        List<JavaProcess> mute = new ArrayList<>();
        for (JavaProcess process : all) {
            Inspected inspected = Inspected.ifPossible(process, mute::add);
            if (inspected != null) {
                found.add(inspected);
            }
        }
        List<JavaProcess> others = all.stream().filter(JavaProcess::isForbidden).toList();
        if (!others.isEmpty()) {
            leftOut(Units.counted(others.size(), "Java process", "Java processes") + " of other users; root may.");
        }
        mute.forEach(this::leftOut);
        if (found.isEmpty()) {
            throw none();
        }
        return found;
    }

    private void leftOut(JavaProcess process) {
        leftOut("process " + process.pid()
                + (process.isStopped() ? ", which is stopped." : ", which does not answer; is it stopped?"));
    }

    private void leftOut(String which) {
        if (!common.json()) {
            common.console().note(common.console().dim("Not looked into: " + which));
        }
    }

    private static Failure none() {
        return new Failure(
                ExitCode.NO_PROCESS,
                "No Java process of yours on this host has a channel of tou open; try \"tou ping --serve 7000\" in another"
                        + " window.");
    }

    private void list(List<Inspected> found) {
        Console console = common.console();
        Table table = new Table(true, false, true, true, true, false)
                .row("PID", "User", "Up", "Listeners", "Connections", "Command");
        Optional<JavaProcess> first = Optional.empty();
        for (Inspected each : found) {
            Optional<Look> look = lookIfThere(each, new Wanted("", 0, Set.of(), 0));
            if (look.isEmpty()) {
                continue;
            }
            var states = look.get().sums("states", each.glossary());
            long listeners = states.getOrDefault(Wanted.LISTEN, 0L);
            long connections =
                    states.values().stream().mapToLong(Long::longValue).sum()
                            - listeners
                            - states.getOrDefault("TIME-WAIT", 0L);
            var fields = InspectJson.process(each);
            fields.put("listeners", listeners);
            fields.put("connections", connections);
            common.lines().emit("process", fields);
            JavaProcess process = each.process();
            first = first.or(() -> Optional.of(process));
            table.row(
                    String.valueOf(process.pid()),
                    process.user(),
                    Units.clock(process.age().toSeconds()),
                    Units.grouped(listeners),
                    Units.grouped(connections),
                    process.title());
        }
        if (first.isEmpty()) {
            throw none();
        }
        if (!common.json()) {
            List<String> lines = table.lines("");
            console.say(console.dim(lines.get(0)));
            lines.subList(1, lines.size()).forEach(console::say);
            console.say("");
            console.say(console.dim("\"tou inspect " + first.get().pid() + "\" shows the connections of the first."));
        }
    }

    // --- looking ---

    /** A process, and what was seen in it: now, and some time before, unless that is null. */
    private record Sight(Inspected inspected, Look now, Look before) {

        boolean isEmpty(Wanted wanted) {
            return now.connections().isEmpty() && (now.listeners().isEmpty() || !wanted.listeners());
        }
    }

    private void show(List<Inspected> found, Wanted wanted) throws InterruptedException {
        boolean twice = !over.isZero() && !summary && wanted.connections();
        List<Look> before = new ArrayList<>();
        for (Inspected each : found) {
            before.add(twice ? lookIfThere(each, wanted).orElse(null) : null);
        }
        if (twice) {
            TimeUnit.NANOSECONDS.sleep(over.toNanos());
        }
        List<Sight> sights = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Optional<Look> now = lookIfThere(found.get(i), wanted);
            if (now.isPresent()) {
                sights.add(new Sight(found.get(i), now.get(), before.get(i)));
            }
        }
        if (sights.isEmpty()) {
            throw none();
        }
        if (found.size() > 1) { // it is the connection that was asked for, not the process
            sights.removeIf(sight -> sight.isEmpty(wanted));
        }
        tell(sights, found.size(), wanted);
    }

    private void tell(List<Sight> sights, int of, Wanted wanted) {
        Console console = common.console();
        boolean together = explain && !summary && sights.size() > 1;
        for (Sight sight : sights) {
            List<String> lines = tell(sight, wanted, explain && !together);
            if (sight != sights.get(0) && !common.json()) {
                console.say("");
            }
            lines.forEach(console::say);
        }
        if (common.json()) {
            return;
        }
        if (sights.isEmpty()) {
            console.say("Nothing in " + of + " processes matches what was asked for.");
        }
        if (together && wanted.connections()) {
            explanation(sights).forEach(console::say);
        }
    }

    /** {@return what the figures of several processes mean, once} */
    private List<String> explanation(List<Sight> sights) {
        Glossary glossary = Glossary.of(
                sights.stream().map(sight -> sight.inspected().glossary()).toList());
        List<Row> connections = sights.stream()
                .flatMap(sight -> sight.now().connections().stream())
                .toList();
        return connections.isEmpty()
                ? List.of()
                : new Explanation(common.console(), glossary, InspectView.width(common.console())).lines(connections);
    }

    /**
     * {@return a look, or nothing: a process that nobody has named and that ends meanwhile is like one that ended before}
     *
     * @throws Failure if it was named
     */
    private Optional<Look> lookIfThere(Inspected inspected, Wanted wanted) {
        try {
            return Optional.of(inspected.look(wanted, PATIENCE_MILLIS));
        } catch (Inspected.Ended e) {
            if (pid() != null) {
                throw new Failure(ExitCode.NO_PROCESS, end(inspected) + ".", e);
            }
            return Optional.empty();
        } catch (Inspected.Mute e) {
            if (pid() != null) {
                throw e.failure();
            }
            leftOut(inspected.process());
            return Optional.empty();
        }
    }

    private static String end(Inspected inspected) {
        long pid = inspected.process().pid();
        return inspected.process().isAlive()
                ? "Process " + pid + " has closed its last channel of tou"
                : "Process " + pid + " has ended";
    }

    private void watch(Inspected inspected, Wanted wanted, Duration every) throws InterruptedException {
        Console console = common.console();
        Look before = null;
        try (Interruption hook = Interruption.onInterrupt(() -> console.lastWord("Interrupted."))) {
            assert hook != null;
            while (true) {
                Look now = inspected.look(wanted, PATIENCE_MILLIS);
                List<String> lines = tell(new Sight(inspected, now, before), wanted, explain);
                if (!common.json()) {
                    console.redraw(lines);
                }
                before = now;
                TimeUnit.NANOSECONDS.sleep(every.toNanos());
            }
        } catch (Inspected.Ended e) {
            if (before == null && pid() == null) {
                throw none();
            }
            common.lines().emit("ended", InspectJson.process(inspected));
            console.note(end(inspected) + ".");
        } catch (Inspected.Mute e) {
            throw e.failure();
        }
    }

    /** Tells programs at once. {@return what people shall read} */
    private List<String> tell(Sight sight, Wanted wanted, boolean explained) {
        Inspected inspected = sight.inspected();
        if (common.json()) {
            var fields = InspectJson.look(inspected, sight.now(), sight.before(), wanted);
            if (explain) {
                fields.put("words", InspectJson.words(inspected));
            }
            common.lines().emit("look", fields);
            return List.of();
        }
        return summary
                ? new SummaryView(common.console(), inspected, explain).lines(sight.now())
                : new InspectView(common.console(), inspected, explained).lines(sight.now(), sight.before(), wanted);
    }
}
