// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.JsonLines;

/** How much gets through a long thin link that loses packets: the kernel's CUBIC and tou, one after the other. */
final class GoodputPart {

    static final double ROUND_TRIP_MILLIS = 50;

    private GoodputPart() {}

    static Findings measure(Bench bench) throws InterruptedException {
        Findings findings = bench.findings("Goodput on a lossy link");
        findings.remark(
                "50 ms round trip, a queue of 1 BDP, each direction loses as much as the other; every run counts from the"
                        + " start of its data, slow start included.");
        findings.table(
                "loss",
                "kernel, Mbit/s",
                "tou, Mbit/s",
                "tou/kernel (95 % bounds)",
                "sent again, kernel",
                "tou",
                "pairs");
        Bulk bulk = new Bulk(bench);
        for (double loss : bench.plan().lossesOr(0.0, 0.1, 1.0, 3.0)) {
            LinkShape shape = LinkShape.of(bench.plan().mbit(), ROUND_TRIP_MILLIS, 1, loss);
            List<Bulk.Pair> pairs = new ArrayList<>();
            for (int n = 1; n <= bench.plan().runs(); n++) {
                Bulk.Pair pair = bulk.pair("goodput, loss " + loss + " %", shape, n);
                pairs.add(pair);
                findings.run(
                        JsonLines.fields(
                                "lossPercent", loss, "seed", bench.plan().seed() + n),
                        pair.fields());
                tell(bench, "loss " + loss + " %", n, pair);
            }
            String again = Findings.percent(
                    sentAgain(pairs.stream().map(Bulk.Pair::kernel).toList()));
            findings.row(
                    loss + " %",
                    Findings.spread(kernelMbit(pairs)),
                    Findings.spread(touMbit(pairs)),
                    Findings.ratio(Statistics.PairedRatio.of(touMbit(pairs), kernelMbit(pairs))),
                    again,
                    Findings.percent(
                            sentAgain(pairs.stream().map(Bulk.Pair::tou).toList())),
                    String.valueOf(pairs.size()));
        }
        return findings;
    }

    static void tell(Bench bench, String what, int n, Bulk.Pair pair) {
        bench.say(
                "  %s, pair %d: kernel %s, tou %s Mbit/s, ratio %.3f; sent again %d and %d segments",
                what,
                n,
                Findings.figure(pair.kernel().mbit()),
                Findings.figure(pair.tou().mbit()),
                pair.ratio(),
                pair.kernel().retransmittedSegments(),
                pair.tou().retransmittedSegments());
    }

    static List<Double> kernelMbit(List<Bulk.Pair> pairs) {
        return pairs.stream().map(pair -> pair.kernel().mbit()).toList();
    }

    static List<Double> touMbit(List<Bulk.Pair> pairs) {
        return pairs.stream().map(pair -> pair.tou().mbit()).toList();
    }

    /** {@return the share of the packets of the data's direction that were sent again, of all runs together} */
    static double sentAgain(List<Bulk.Outcome> runs) {
        return runs.stream().mapToDouble(Bulk.Outcome::retransmittedSegments).sum()
                / runs.stream()
                        .mapToDouble(run -> run.link().toB().offeredPackets())
                        .sum();
    }
}
