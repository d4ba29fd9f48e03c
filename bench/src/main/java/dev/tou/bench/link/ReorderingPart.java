// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import dev.tou.bench.JsonLines;

/** A link that loses nothing at random but hands over some packets late; what is sent again for that is wasted. */
final class ReorderingPart {

    private static final double PERCENT = 3;
    private static final double SHARE_OF_ROUND_TRIP = 0.25;

    /** Four runs over the same link with the same seed. */
    private record Quartet(Bulk.Pair inOrder, Bulk.Pair reordered) {}

    private ReorderingPart() {}

    static Findings measure(Bench bench) throws InterruptedException {
        Findings findings = bench.findings("Reordering");
        findings.remark(remark(bench.plan().advance()));
        LinkShape plain = LinkShape.of(bench.plan().mbit(), GoodputPart.ROUND_TRIP_MILLIS, 1, 0);
        LinkShape mixing = plain.reordering(
                PERCENT,
                GoodputPart.ROUND_TRIP_MILLIS * SHARE_OF_ROUND_TRIP,
                bench.plan().advance());
        Bulk bulk = new Bulk(bench);
        List<Quartet> quartets = new ArrayList<>();
        for (int n = 1; n <= bench.plan().runs(); n++) {
            Bulk.Pair inOrder = bulk.pair("in order", plain, n);
            GoodputPart.tell(bench, "in order", n, inOrder);
            Bulk.Pair reordered = bulk.pair("reordered", mixing, n);
            GoodputPart.tell(bench, "reordered", n, reordered);
            bench.say(
                    "  pair %d: not needed, kernel %s, tou %s of the packets",
                    n,
                    Findings.percent(reordered.kernel().spuriousShare()),
                    Findings.percent(reordered.tou().spuriousShare()));
            quartets.add(new Quartet(inOrder, reordered));
            long seed = bench.plan().seed() + n;
            findings.run(JsonLines.fields("reordered", false, "seed", seed), inOrder.fields());
            findings.run(JsonLines.fields("reordered", true, "seed", seed), reordered.fields());
        }
        findings.table(
                "",
                "in order, Mbit/s",
                "reordered, Mbit/s",
                "reordered/in order (95 % bounds)",
                "sent again without need",
                "the same in order");
        row(findings, "kernel", quartets, Bulk.Pair::kernel);
        row(findings, "tou", quartets, Bulk.Pair::tou);
        return findings;
    }

    private static String remark(boolean advance) {
        String how = advance
                ? "3 % of the packets skip the delay of their direction, which is half a round trip"
                : "3 % of the packets come a quarter of a round trip later than their turn";
        return "50 ms round trip, a queue of 1 BDP, no random loss; " + how
                + ", in each direction. Sent again without need: more"
                + " than the link dropped, as a share of the packets of that direction.";
    }

    private static void row(
            Findings findings, String name, List<Quartet> quartets, Function<Bulk.Pair, Bulk.Outcome> side) {
        List<Bulk.Outcome> inOrder =
                quartets.stream().map(Quartet::inOrder).map(side).toList();
        List<Bulk.Outcome> reordered =
                quartets.stream().map(Quartet::reordered).map(side).toList();
        List<Double> before = inOrder.stream().map(Bulk.Outcome::mbit).toList();
        List<Double> after = reordered.stream().map(Bulk.Outcome::mbit).toList();
        findings.row(
                name,
                Findings.spread(before),
                Findings.spread(after),
                Findings.ratio(Statistics.PairedRatio.of(after, before)),
                wasted(reordered),
                wasted(inOrder));
    }

    private static String wasted(List<Bulk.Outcome> runs) {
        return Findings.percent(
                Statistics.median(runs.stream().map(Bulk.Outcome::spuriousShare).toList()));
    }
}
