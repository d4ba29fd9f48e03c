// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.JsonLines;
import dev.tou.bench.compare.Meter;

/** Two flows at once over the same link: tou's and one of the kernel's CUBIC in every order, and, to compare with, two of the kernel's. */
final class FairnessPart {

    /** How much later a second flow begins; whole, because iperf3 counts by the second. */
    private static final int STAGGER_SECONDS = 2;

    /** By then both have found their share, or have not; of a short trial it is a third. */
    private static final int SETTLED_AFTER_SECONDS = 20;

    private static final int FIRST_PORT = 5201;

    private enum Sender {
        KERNEL,
        TOU
    }

    /** Who begins, who comes then, and how many seconds later; at once means within what opening a connection takes. */
    private record Order(String name, Sender first, Sender second, int staggerSeconds) {}

    private static final List<Order> ORDERS = List.of(
            new Order("kernel, tou at once", Sender.KERNEL, Sender.TOU, 0),
            new Order("kernel, then tou", Sender.KERNEL, Sender.TOU, STAGGER_SECONDS),
            new Order("tou, then kernel", Sender.TOU, Sender.KERNEL, STAGGER_SECONDS),
            new Order("kernel, then kernel", Sender.KERNEL, Sender.KERNEL, STAGGER_SECONDS));

    /** Bytes that a flow delivered from the moment the second began: all of them, and those after it had time to settle. */
    private record Taken(double bytes, double lateBytes) {}

    /** What both received, and what was seen beside. */
    private record Shares(Taken first, Taken second, Map<String, Object> more) {

        double together() {
            return first.bytes + second.bytes;
        }

        double jain() {
            return Statistics.jain(first.bytes, second.bytes);
        }

        double jainLate() {
            return Statistics.jain(first.lateBytes, second.lateBytes);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = JsonLines.fields(
                    "firstBytes", first.bytes,
                    "secondBytes", second.bytes,
                    "firstBytesLate", first.lateBytes,
                    "secondBytesLate", second.lateBytes,
                    "jain", jain(),
                    "jainLate", jainLate());
            fields.putAll(more);
            return fields;
        }
    }

    /** One of the two. It is told when the count begins, when both should have settled, and when it ends. */
    private interface Flow extends AutoCloseable {

        void mark() throws InterruptedException;

        /** Ends it, {@return what it took} */
        Taken finish(Map<String, Object> more) throws InterruptedException;

        @Override
        void close();
    }

    private final Bench bench;
    private final LinkShape shape;
    private final int seconds;
    private final int settled;

    private FairnessPart(Bench bench) {
        this.bench = bench;
        this.shape = LinkShape.of(bench.plan().mbit(), GoodputPart.ROUND_TRIP_MILLIS, 1, 0);
        this.seconds = bench.plan().seconds();
        this.settled = Math.min(SETTLED_AFTER_SECONDS, seconds / 3);
    }

    static Findings measure(Bench bench) throws InterruptedException {
        return new FairnessPart(bench).all();
    }

    private Findings all() throws InterruptedException {
        Findings findings = bench.findings("Fairness to a kernel CUBIC flow");
        findings.remark("50 ms round trip, drop-tail queue of 1 BDP, no random loss. Where one begins later, it is by "
                + STAGGER_SECONDS + " s; what both receive in the " + seconds
                + " s from then on is compared, nothing left out. The last column leaves out the first " + settled
                + " s of these. Two flows of the kernel's tell what CUBIC does to itself: a newcomer that finds the queue"
                + " full leaves slow start early, and needs many losses of the other to catch up.");
        findings.table("flows", "first, Mbit/s", "second, Mbit/s", "together", "Jain index", "least", "settled");
        for (Order order : ORDERS) {
            List<Shares> runs = new ArrayList<>();
            for (int n = 1; n <= bench.plan().runs(); n++) {
                int number = n;
                String what = "fairness, " + order.name + ", run " + n;
                bench.progress("%s of %d", what, bench.plan().runs());
                Shares run = bench.attempt(what, () -> once(order, number));
                runs.add(run);
                findings.run(
                        JsonLines.fields(
                                "order", order.name, "seed", bench.plan().seed() + n),
                        run.fields());
                bench.say(
                        "  %s, run %d: %s and %s Mbit/s, Jain index %.3f, settled %.3f",
                        order.name,
                        n,
                        Findings.figure(perSecond(run.first.bytes)),
                        Findings.figure(perSecond(run.second.bytes)),
                        run.jain(),
                        run.jainLate());
            }
            row(findings, order, runs);
        }
        return findings;
    }

    private void row(Findings findings, Order order, List<Shares> runs) {
        findings.row(
                order.name,
                Findings.spread(
                        runs.stream().map(run -> perSecond(run.first.bytes)).toList()),
                Findings.spread(
                        runs.stream().map(run -> perSecond(run.second.bytes)).toList()),
                Findings.figure(Statistics.median(
                        runs.stream().map(run -> perSecond(run.together())).toList())),
                Findings.figure(
                        Statistics.median(runs.stream().map(Shares::jain).toList())),
                Findings.figure(runs.stream().mapToDouble(Shares::jain).min().orElse(Double.NaN)),
                Findings.figure(
                        Statistics.median(runs.stream().map(Shares::jainLate).toList())));
    }

    private double perSecond(double bytes) {
        return bytes * 8 / 1e6 / seconds;
    }

    private Shares once(Order order, int n) throws InterruptedException {
        Map<String, Object> more = new LinkedHashMap<>();
        try (Link link = Link.start(bench.lab(), shape, bench.plan().seed() + n);
                Flow first = begin(order.first, link, FIRST_PORT, order.staggerSeconds)) {
            Bench.pause(order.staggerSeconds);
            try (Flow second = begin(order.second, link, FIRST_PORT + 1, 0)) {
                List<Flow> both = List.of(first, second);
                mark(both);
                Bench.pause(settled);
                mark(both);
                Bench.pause(seconds - settled);
                mark(both);
                Taken ofFirst = first.finish(more);
                Taken ofSecond = second.finish(more);
                more.put("link", link.stop().fields());
                return new Shares(ofFirst, ofSecond, more);
            }
        }
    }

    private static void mark(List<Flow> flows) throws InterruptedException {
        for (Flow flow : flows) {
            flow.mark();
        }
    }

    private Flow begin(Sender sender, Link link, int port, int lead) throws InterruptedException {
        if (sender == Sender.KERNEL) {
            return new KernelFlow(Iperf.start(bench.lab(), link.addressOfB(), port, lead + seconds), lead);
        }
        bench.a().flood(LinkPeerCommand.TOU, link.addressOfB(), bench.b().port(LinkPeerCommand.TOU));
        return new TouFlow();
    }

    /** iperf3 counts by the second of its own run, so nothing needs to be noted meanwhile. */
    private final class KernelFlow implements Flow {

        private final Iperf iperf;
        private final int lead;

        KernelFlow(Iperf iperf, int lead) {
            this.iperf = iperf;
            this.lead = lead;
        }

        @Override
        public void mark() {}

        @Override
        public Taken finish(Map<String, Object> more) throws InterruptedException {
            Iperf.Outcome outcome = iperf.finish();
            more.merge("kernelRetransmits", outcome.retransmits(), (a, b) -> (long) a + (long) b);
            return new Taken(
                    outcome.bytesBetween(lead, lead + seconds), outcome.bytesBetween(lead + settled, lead + seconds));
        }

        @Override
        public void close() {
            iperf.close();
        }
    }

    /** Its bytes are those that the receiving program has got. */
    private final class TouFlow implements Flow {

        private final List<Meter.Reading> marks = new ArrayList<>();

        @Override
        public void mark() throws InterruptedException {
            marks.add(bench.b().read());
        }

        @Override
        public Taken finish(Map<String, Object> more) throws InterruptedException {
            var info = bench.a().info();
            Bulk.requireAlive(info);
            more.put("details", info);
            Meter.Reading end = marks.get(2);
            return new Taken(
                    end.since(marks.get(0)).bytes(), end.since(marks.get(1)).bytes());
        }

        @Override
        public void close() {
            bench.a().closeConnection();
        }
    }
}
