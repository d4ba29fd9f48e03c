// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.JsonLines;

/** Nothing is lost but what a full queue drops, which each sender brings upon itself. */
final class OverflowPart {

    private OverflowPart() {}

    static Findings measure(Bench bench) throws InterruptedException {
        Findings findings = bench.findings("Loss by queue overflow");
        findings.remark(
                "50 ms round trip, no random loss. Bytes sent again: tou by its own count, the kernel by iperf3's segments x"
                        + " 1448; the ratio is that of their sums over all pairs.");
        findings.table(
                "queue",
                "kernel, Mbit/s",
                "tou, Mbit/s",
                "tou/kernel (95 % bounds)",
                "sent again, kernel",
                "tou",
                "tou/kernel",
                "dropped by the link, kernel",
                "tou");
        Bulk bulk = new Bulk(bench);
        for (double bdp : List.of(0.25, 1.0, 4.0)) {
            LinkShape shape = LinkShape.of(bench.plan().mbit(), GoodputPart.ROUND_TRIP_MILLIS, bdp, 0);
            List<Bulk.Pair> pairs = new ArrayList<>();
            for (int n = 1; n <= bench.plan().runs(); n++) {
                Bulk.Pair pair = bulk.pair("overflow, queue " + bdp + " BDP", shape, n);
                pairs.add(pair);
                findings.run(
                        JsonLines.fields("queueBdp", bdp, "seed", bench.plan().seed() + n), pair.fields());
                GoodputPart.tell(bench, "queue " + bdp + " BDP", n, pair);
            }
            double kernel = pairs.stream()
                    .mapToDouble(pair -> pair.kernel().retransmittedBytes())
                    .sum();
            double tou = pairs.stream()
                    .mapToDouble(pair -> pair.tou().retransmittedBytes())
                    .sum();
            findings.row(
                    bdp + " BDP",
                    Findings.spread(GoodputPart.kernelMbit(pairs)),
                    Findings.spread(GoodputPart.touMbit(pairs)),
                    Findings.ratio(
                            Statistics.PairedRatio.of(GoodputPart.touMbit(pairs), GoodputPart.kernelMbit(pairs))),
                    megabytes(kernel / pairs.size()),
                    megabytes(tou / pairs.size()),
                    Findings.figure(tou / kernel),
                    drops(pairs.stream().map(Bulk.Pair::kernel).toList()),
                    drops(pairs.stream().map(Bulk.Pair::tou).toList()));
        }
        return findings;
    }

    private static String megabytes(double bytes) {
        return Findings.figure(bytes / 1e6) + " MB";
    }

    /** {@return how many packets of data the queue dropped, per run} */
    private static String drops(List<Bulk.Outcome> runs) {
        return Findings.figure(runs.stream()
                .mapToLong(run -> run.link().toB().queueDrops())
                .average()
                .orElse(Double.NaN));
    }
}
