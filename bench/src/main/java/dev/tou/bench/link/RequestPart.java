// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import org.HdrHistogram.Histogram;

/** Small requests at a fixed rate: how long an answer takes when a packet of it is lost. */
final class RequestPart {

    private static final double ROUND_TRIP_MILLIS = 20;
    private static final double MOST_LATE_MILLIS = 2;
    private static final double[] PERCENTILES = {50, 99, 99.9};

    /** One transport's requests over a link of its own. */
    private record Run(Peer.Answers answers, Link.Counters link, JsonNode details) {

        double bytesPerRequest() {
            return (double) link.offeredBytes() / answers.latency().getTotalCount();
        }

        double p99Millis() {
            return millis(answers.latency(), 99);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("requests", answers.latency().getTotalCount());
            for (double percentile : PERCENTILES) {
                fields.put("p" + Units.format("%s", percentile) + "Millis", millis(answers.latency(), percentile));
            }
            fields.put("maxMillis", answers.latency().getMaxValue() / 1e6);
            fields.put("latenessP99Millis", millis(answers.lateness(), 99));
            fields.put("bytesPerRequest", bytesPerRequest());
            fields.put("link", link.fields());
            fields.put("details", details);
            fields.put("latency", LinkPeerCommand.encode(answers.latency()));
            return fields;
        }
    }

    private final Bench bench;
    private final Findings findings;

    private RequestPart(Bench bench) {
        this.bench = bench;
        this.findings = bench.findings("Request and response");
    }

    static Findings measure(Bench bench) throws InterruptedException {
        return new RequestPart(bench).all();
    }

    private Findings all() throws InterruptedException {
        findings.remark(
                "256 bytes there and back over one connection, 20 ms round trip, a queue of 1 BDP, no Nagle, the same Netty"
                        + " handlers on all transports, in turns. Plain UDP is the floor: datagrams that nothing acknowledges, orders or"
                        + " repeats, so only where the link loses none. Open loop: latency counts from when a request was to be sent, and all"
                        + " runs of a row are one histogram. Bytes on the link: both directions with IP headers, per request.");
        findings.table(
                "rate, loss",
                "",
                "p50",
                "p99",
                "p99.9",
                "max",
                "p99 of each run",
                "p99/kernel's (95 % bounds)",
                "late, p99",
                "bytes",
                "requests");
        for (int perSecond : new int[] {1000, 20}) {
            for (double loss : bench.plan().lossesOr(0.0, 1.0)) {
                LinkShape shape = LinkShape.of(bench.plan().mbit(), ROUND_TRIP_MILLIS, 1, loss);
                compare(perSecond, loss, shape);
            }
        }
        return findings;
    }

    private void compare(int perSecond, double loss, LinkShape shape) throws InterruptedException {
        List<String> transports = new ArrayList<>(List.of(LinkPeerCommand.KERNEL, LinkPeerCommand.TOU));
        if (loss == 0) {
            transports.add(LinkPeerCommand.UDP);
        }
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        transports.forEach(transport -> runs.put(transport, new ArrayList<>()));
        String what = perSecond + "/s, loss " + loss + " %";
        for (int n = 1; n <= bench.plan().runs(); n++) {
            for (String transport : transports) {
                runs.get(transport).add(run(what, transport, perSecond, shape, n));
            }
            Collections.reverse(transports);
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Map.Entry<String, List<Run>> of : runs.entrySet()) {
                Run last = of.getValue().get(n - 1);
                fields.put(title(of.getKey()), last.fields());
                bench.say(
                        "  %s, pair %d: %s p99 %.1f, p99.9 %.1f ms; %.0f bytes a request",
                        what,
                        n,
                        title(of.getKey()),
                        last.p99Millis(),
                        millis(last.answers.latency(), 99.9),
                        last.bytesPerRequest());
            }
            findings.run(
                    JsonLines.fields(
                            "perSecond",
                            perSecond,
                            "lossPercent",
                            loss,
                            "seed",
                            bench.plan().seed() + n),
                    fields);
        }
        List<Double> kernel = p99s(runs.get(LinkPeerCommand.KERNEL));
        runs.forEach((transport, of) -> row(
                what,
                title(transport),
                of,
                transport.equals(LinkPeerCommand.KERNEL)
                        ? ""
                        : Findings.ratio(Statistics.PairedRatio.of(p99s(of), kernel))));
    }

    private static String title(String transport) {
        return switch (transport) {
            case LinkPeerCommand.KERNEL -> "kernel";
            case LinkPeerCommand.UDP -> "plain UDP";
            default -> transport;
        };
    }

    private static List<Double> p99s(List<Run> runs) {
        return runs.stream().map(Run::p99Millis).toList();
    }

    private Run run(String what, String transport, int perSecond, LinkShape shape, int n) throws InterruptedException {
        bench.progress("%s, pair %d of %d: %s", what, n, bench.plan().runs(), transport);
        return bench.attempt(what + ", pair " + n + ", " + transport, () -> {
            try (Link link = Link.start(bench.lab(), shape, bench.plan().seed() + n)) {
                bench.a()
                        .openForRequests(transport, link.addressOfB(), bench.b().port(transport));
                Peer.Answers answers =
                        bench.a().request(perSecond, perSecond * bench.plan().seconds());
                JsonNode info = bench.a().info();
                bench.a().closeConnection();
                return new Run(answers, link.stop(), info);
            }
        });
    }

    private void row(String what, String name, List<Run> runs, String ratio) {
        Histogram latency =
                merged(runs.stream().map(run -> run.answers.latency()).toList());
        Histogram lateness =
                merged(runs.stream().map(run -> run.answers.lateness()).toList());
        List<String> cells = new ArrayList<>(List.of(what, name));
        for (double percentile : PERCENTILES) {
            cells.add(Units.format("%.1f ms", millis(latency, percentile)));
        }
        cells.add(Units.format("%.1f ms", latency.getMaxValue() / 1e6));
        cells.add(Findings.spread(p99s(runs)));
        cells.add(ratio);
        cells.add(Units.format("%.2f ms", millis(lateness, 99)));
        cells.add(Findings.figure(
                Statistics.median(runs.stream().map(Run::bytesPerRequest).toList())));
        cells.add(Units.grouped(latency.getTotalCount()));
        findings.row(cells.toArray(String[]::new));
        if (millis(lateness, 99) > MOST_LATE_MILLIS) {
            findings.remark(Units.format(
                    "**Doubtful**: %s, %s: one request in a hundred was handed over %.1f ms late or more, so the figures are in part"
                            + " those of a busy machine, or of a connection that took no more bytes.",
                    what, name, millis(lateness, 99)));
        }
    }

    private static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }

    /** {@return one histogram of all: percentiles of runs cannot be averaged} */
    static Histogram merged(List<Histogram> all) {
        Histogram sum = all.get(0).copy();
        all.stream().skip(1).forEach(sum::add);
        return sum;
    }
}
