// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.tou.bench.Console;
import dev.tou.bench.Failure;
import dev.tou.bench.Units;
import dev.tou.bench.compare.Settings;

/**
 * What all parts share: the lab, the warm processes at both ends, and the plan.
 *
 * <p>The n-th pair of a part has seed {@code seed + n} for both of its runs, and each run a link of its own, so that kernel and
 * tou meet the same link from the same start.
 */
final class Bench implements AutoCloseable {

    /**
     * How much to measure.
     *
     * @param runs of each pair
     * @param seconds of a run
     * @param seed of the first pair
     * @param mbit rate of the bottleneck
     * @param losses percentages for {@code goodput} and {@code rpc}, or null for those of each part
     * @param advance whether to reorder by the link's {@code --reorder} instead of {@code --hold}
     */
    record Plan(int runs, int seconds, long seed, double mbit, List<Double> losses, boolean advance) {

        List<Double> lossesOr(Double... usual) {
            return losses == null ? List.of(usual) : losses;
        }
    }

    /** A measurement that may be made again when something else than its subject has failed. */
    interface Attempt<T> {
        T run() throws InterruptedException;
    }

    private static final int ATTEMPTS = 3;
    private static final int WARM_MBIT = 300;
    private static final int WARM_FLOOD_SECONDS = 3;
    private static final int WARM_REQUESTS_PER_SECOND = 4_000;

    private final Lab lab;
    private final Plan plan;
    private final Console console;
    private final Peer a;
    private final Peer b;
    private Consumer<Findings> onRow = findings -> {};
    private final List<String> troubles = new ArrayList<>();
    private Findings findings;

    Bench(Lab lab, Plan plan, Console console, Settings settings) {
        this.lab = lab;
        this.plan = plan;
        this.console = console;
        this.a = Peer.start(lab, lab.a(), settings);
        this.b = Peer.start(lab, lab.b(), settings);
    }

    Lab lab() {
        return lab;
    }

    Plan plan() {
        return plan;
    }

    /** {@return the process that sends} */
    Peer a() {
        return a;
    }

    /** {@return the process that receives} */
    Peer b() {
        return b;
    }

    /** Is given the findings with each new row of theirs. */
    void onRow(Consumer<Findings> action) {
        onRow = action;
    }

    /** Begins the findings of the report that this is for. */
    Findings findings(String title) {
        findings = new Findings(title, onRow);
        return findings;
    }

    /** {@return the findings that were begun, or null} */
    Findings findings() {
        return findings;
    }

    /** Lets both processes compile what they will need, over links without loss. */
    void warmUp(int requestSeconds) throws InterruptedException {
        console.progress("  warming up");
        LinkShape shape = LinkShape.of(WARM_MBIT, 2, 2, 0);
        for (String transport : List.of(LinkPeerCommand.TOU, LinkPeerCommand.KERNEL)) {
            try (Link link = Link.start(lab, shape, 1)) {
                a.flood(transport, link.addressOfB(), b.port(transport));
                pause(WARM_FLOOD_SECONDS);
                a.closeConnection();
                warmUpRequests(transport, link, requestSeconds);
            }
        }
        if (requestSeconds > 0) {
            // A process that stands still on a busy machine may lose some of so many.
            attempt("warming up " + LinkPeerCommand.UDP, () -> {
                try (Link link = Link.start(lab, shape, 1)) {
                    warmUpRequests(LinkPeerCommand.UDP, link, requestSeconds);
                }
                return null;
            });
        }
        console.clearProgress();
    }

    private void warmUpRequests(String transport, Link link, int seconds) throws InterruptedException {
        if (seconds > 0) {
            a.openForRequests(transport, link.addressOfB(), b.port(transport));
            a.request(WARM_REQUESTS_PER_SECOND, WARM_REQUESTS_PER_SECOND * seconds);
            a.closeConnection();
        }
    }

    /** Makes a measurement; if it fails, notes that and makes it again, twice at most. */
    <T> T attempt(String what, Attempt<T> attempt) throws InterruptedException {
        for (int n = 1; ; n++) {
            try {
                return attempt.run();
            } catch (Failure failure) {
                String trouble = what + ", attempt " + n + ": " + failure.getMessage();
                console.note("  " + trouble);
                troubles.add(trouble);
                if (n == ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    /** {@return runs that failed and were made again} */
    List<String> troubles() {
        return troubles;
    }

    /** Prints a result as soon as there is one. */
    void say(String format, Object... arguments) {
        console.say(Units.format(format, arguments));
    }

    void progress(String format, Object... arguments) {
        console.progress(Units.format("  " + format, arguments));
    }

    static void pause(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
