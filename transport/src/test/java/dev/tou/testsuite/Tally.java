// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.extension.ExtensionContext;

/** What the suite has run, by wiring. Printed when all tests of this Java machine are done. */
final class Tally implements AutoCloseable {

    private static final class Count {
        private final Set<Class<?>> classes = new LinkedHashSet<>();
        private int passed;
        private int failed;
        private int skipped;
        private int bootstraps;
    }

    private final Map<Wiring, Count> counts =
            new TreeMap<>(Comparator.comparing(Wiring::wire).thenComparing(Wiring::loops));
    private final Set<String> remarks = new LinkedHashSet<>();

    /** {@return the one of this run} */
    static Tally of(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Tally.class))
                .computeIfAbsent(Tally.class, key -> new Tally(), Tally.class);
    }

    private Count of(Wiring wiring) {
        return counts.computeIfAbsent(wiring, key -> new Count());
    }

    synchronized void entered(Wiring wiring, Class<?> suiteClass) {
        of(wiring).classes.add(suiteClass);
    }

    /** The suite has asked for a pair of bootstraps, once for each allocator. */
    synchronized void bootstrap(Wiring wiring) {
        of(wiring).bootstraps++;
    }

    synchronized void passed(Wiring wiring) {
        of(wiring).passed++;
    }

    synchronized void failed(Wiring wiring, String what) {
        of(wiring).failed++;
        remarks.add("failed on " + wiring + ": " + what);
    }

    synchronized void skipped(Wiring wiring, String what, String why) {
        of(wiring).skipped++;
        remarks.add("skipped " + what + ": " + why);
    }

    synchronized void missing(Wiring wiring, String why) {
        of(wiring);
        remarks.add("not run at all: " + why);
    }

    @Override
    public synchronized void close() {
        List<String> lines = new ArrayList<>();
        lines.add("Netty's transport suite, by event loops and wire; a run is a method with one allocator:");
        lines.add(row("loops", "wire", "classes", "methods", "passed", "failed", "skipped", "runs"));
        counts.forEach((wiring, count) -> lines.add(row(
                wiring.loops().label(),
                wiring.wire().label(),
                count.classes.size(),
                count.passed + count.failed + count.skipped,
                count.passed,
                count.failed,
                count.skipped,
                count.bootstraps)));
        if (counts.keySet().stream().anyMatch(wiring -> wiring.wire() == Wiring.Wire.LOSSY)) {
            lines.add("seed of the lossy wire: " + Wirings.RUN_SEED);
        }
        lines.addAll(remarks);
        System.out.println(String.join(System.lineSeparator(), lines));
    }

    private static String row(Object... cells) {
        return String.format("%-9s%-7s%8s%9s%8s%8s%9s%7s", cells);
    }
}
