// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.tou.bench.JsonLines;
import dev.tou.bench.compare.Meter;

/** One flow of the kernel's CUBIC and one of tou at once, over the same link, begun in both orders. */
final class FairnessPart {

    /** How much later the second flow begins; whole, because iperf3 counts by the second. */
    private static final int STAGGER_SECONDS = 2;

    /** By then both have found their share, or have not; of a short trial it is a third. */
    private static final int SETTLED_AFTER_SECONDS = 20;

    /**
     * Bytes that each received from the moment the second flow began, and what the link saw.
     *
     * @param kernelLate of these, after the flows had time to settle
     * @param touLate of these, after the flows had time to settle
     */
    private record Shares(
            double kernel,
            double tou,
            double kernelLate,
            double touLate,
            long kernelRetransmits,
            Map<String, Object> more) {

        double jain() {
            return Statistics.jain(kernel, tou);
        }

        double jainLate() {
            return Statistics.jain(kernelLate, touLate);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = JsonLines.fields(
                    "kernelBytes", kernel,
                    "touBytes", tou,
                    "kernelBytesLate", kernelLate,
                    "touBytesLate", touLate,
                    "jain", jain(),
                    "jainLate", jainLate(),
                    "kernelRetransmits", kernelRetransmits);
            fields.putAll(more);
            return fields;
        }
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

    static Section measure(Bench bench) throws InterruptedException {
        return new FairnessPart(bench).all();
    }

    private Section all() throws InterruptedException {
        Section section = bench.section("Fairness to a kernel CUBIC flow");
        section.remark(
                "50 ms round trip, drop-tail queue of 1 BDP, no random loss. The second flow begins " + STAGGER_SECONDS
                        + " s after the first; what both receive in the " + seconds
                        + " s from then on is compared, nothing left out. The last column leaves out the first "
                        + settled + " s of these.");
        section.table("begins", "kernel, Mbit/s", "tou, Mbit/s", "together", "Jain index", "least", "settled");
        for (boolean kernelFirst : new boolean[] {true, false}) {
            String first = kernelFirst ? "kernel" : "tou";
            List<Shares> runs = new ArrayList<>();
            for (int n = 1; n <= bench.plan().runs(); n++) {
                int number = n;
                bench.progress(
                        "fairness, %s first, run %d of %d",
                        first, n, bench.plan().runs());
                Shares run = bench.attempt("fairness, " + first + " first, run " + n, () -> once(kernelFirst, number));
                runs.add(run);
                section.run(
                        JsonLines.fields("first", first, "seed", bench.plan().seed() + n), run.fields());
                bench.say(
                        "  %s first, run %d: kernel %s, tou %s Mbit/s, Jain index %.3f, settled %.3f",
                        first, n, mbit(run.kernel), mbit(run.tou), run.jain(), run.jainLate());
            }
            List<Double> jains = runs.stream().map(Shares::jain).toList();
            section.row(
                    first,
                    Section.spread(
                            runs.stream().map(run -> perSecond(run.kernel)).toList()),
                    Section.spread(runs.stream().map(run -> perSecond(run.tou)).toList()),
                    Section.figure(Statistics.median(runs.stream()
                            .map(run -> perSecond(run.kernel + run.tou))
                            .toList())),
                    Section.figure(Statistics.median(jains)),
                    Section.figure(jains.stream()
                            .mapToDouble(Double::doubleValue)
                            .min()
                            .orElse(Double.NaN)),
                    Section.figure(Statistics.median(
                            runs.stream().map(Shares::jainLate).toList())));
        }
        return section;
    }

    private double perSecond(double bytes) {
        return bytes * 8 / 1e6 / seconds;
    }

    private String mbit(double bytes) {
        return Section.figure(perSecond(bytes));
    }

    private Shares once(boolean kernelFirst, int n) throws InterruptedException {
        try (Link link = Link.start(bench.lab(), shape, bench.plan().seed() + n)) {
            if (!kernelFirst) {
                flood(link);
                Bench.pause(STAGGER_SECONDS);
            }
            int lead = kernelFirst ? STAGGER_SECONDS : 0;
            try (Iperf iperf = Iperf.start(bench.lab(), link.addressOfB(), lead + seconds)) {
                if (kernelFirst) {
                    Bench.pause(STAGGER_SECONDS);
                    flood(link);
                }
                Meter.Reading begin = bench.b().read();
                Bench.pause(settled);
                Meter.Reading middle = bench.b().read();
                Bench.pause(seconds - settled);
                Meter.Reading end = bench.b().read();
                var info = bench.a().info();
                Iperf.Outcome kernel = iperf.finish();
                bench.a().closeConnection();
                Link.Counters counters = link.stop();
                Bulk.requireAlive(info);
                return new Shares(
                        kernel.bytesBetween(lead, lead + seconds),
                        end.since(begin).bytes(),
                        kernel.bytesBetween(lead + settled, lead + seconds),
                        end.since(middle).bytes(),
                        kernel.retransmits(),
                        JsonLines.fields("link", counters.fields(), "details", info));
            }
        }
    }

    private void flood(Link link) {
        bench.a().flood(LinkPeerCommand.TOU, link.addressOfB(), bench.b().port(LinkPeerCommand.TOU));
    }
}
