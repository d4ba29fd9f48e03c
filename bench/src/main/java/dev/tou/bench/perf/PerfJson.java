// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;

import dev.tou.bench.JsonLines;
import dev.tou.bench.Transports;

/**
 * A test as a document with the names, the units and the nesting that programs know from iperf3: seconds, bytes, bits
 * per second, microseconds of round trip. What iperf3 has no name for is not there.
 */
final class PerfJson {

    private static final double NANOS_OF_MICRO = 1000;

    private final TestPlan plan;
    private final boolean server;
    private final List<Map<String, Object>> intervals = new ArrayList<>();
    private final Map<Integer, LongSummaryStatistics> roundTrips = new LinkedHashMap<>();
    private final Map<Integer, Long> largestWindows = new LinkedHashMap<>();
    private Map<String, Object> start = Map.of();

    PerfJson(TestPlan plan, boolean server) {
        this.plan = plan;
        this.server = server;
    }

    /** {@return how it began}; kept for {@link #document} */
    Map<String, Object> start(
            Carrier carrier, Transports.Io io, String host, int port, List<ClientConnections.Opened> streams) {
        Instant now = Instant.now();
        String version = PerfJson.class.getPackage().getImplementationVersion();
        start = JsonLines.fields(
                "connected",
                streams.stream().map(PerfJson::connected).toList(),
                "version",
                "tou " + (version == null ? "(not packaged)" : version),
                "system_info",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                "timestamp",
                JsonLines.fields(
                        "time",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)),
                        "timesecs",
                        now.getEpochSecond()),
                server ? "accepted_connection" : "connecting_to",
                JsonLines.fields("host", host, "port", port),
                "test_start",
                test(carrier, io));
        return start;
    }

    private static Map<String, Object> connected(ClientConnections.Opened stream) {
        return JsonLines.fields(
                "socket",
                stream.stream(),
                "local_host",
                host(stream.local()),
                "local_port",
                stream.local().getPort(),
                "remote_host",
                host(stream.remote()),
                "remote_port",
                stream.remote().getPort());
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress();
    }

    private Map<String, Object> test(Carrier carrier, Transports.Io io) {
        return JsonLines.fields(
                "protocol",
                carrier.name(),
                "num_streams",
                plan.streams(),
                "blksize",
                plan.blockBytes(),
                "omit",
                plan.omitNanos() / 1e9,
                "duration",
                plan.nanos() / 1e9,
                "bytes",
                plan.bytes(),
                "reverse",
                plan.direction() == Direction.REVERSE ? 1 : 0,
                "bidirectional",
                plan.direction() == Direction.BOTH ? 1 : 0,
                "sock_bufsize",
                plan.windowBytes(),
                "event_loop",
                io.name().toLowerCase(Locale.ROOT));
    }

    /** {@return an interval}; kept for {@link #document} */
    Map<String, Object> interval(Interval interval) {
        Map<String, Object> fields = new LinkedHashMap<>();
        List<Map<String, Object>> streams = new ArrayList<>();
        for (Span span : interval.spans()) {
            streams.add(stream(interval, span));
            if (!interval.omitted() && span.after() != null && span.after().rttNanos() > 0) {
                remember(span);
            }
        }
        fields.put("streams", streams);
        sums(interval, fields);
        intervals.add(fields);
        return fields;
    }

    private void remember(Span span) {
        roundTrips
                .computeIfAbsent(span.stream(), stream -> new LongSummaryStatistics())
                .accept(micros(span.after().rttNanos()));
        largestWindows.merge(span.stream(), span.after().cwndBytes(), Math::max);
    }

    private static long micros(long nanos) {
        return Math.round(nanos / NANOS_OF_MICRO);
    }

    private Map<String, Object> stream(Interval interval, Span span) {
        Map<String, Object> fields = JsonLines.fields("socket", span.stream());
        putFlow(fields, interval.startNanos(), interval.endNanos(), span.bytes(), span.bitsPerSecond());
        if (span.retransmits() != null) {
            fields.put("retransmits", span.retransmits());
            fields.put("snd_cwnd", span.after().cwndBytes());
            fields.put("snd_wnd", span.after().sndWndBytes());
            fields.put("rtt", micros(span.after().rttNanos()));
            fields.put("rttvar", micros(span.after().rttVarNanos()));
            fields.put("pmtu", span.after().pmtuBytes());
        }
        fields.put("omitted", interval.omitted());
        fields.put("sender", span.sender());
        return fields;
    }

    private void sums(Interval interval, Map<String, Object> into) {
        for (boolean sender : new boolean[] {true, false}) {
            List<Span> same = interval.spans().stream()
                    .filter(span -> span.sender() == sender)
                    .toList();
            if (same.isEmpty()) {
                continue;
            }
            long nanos = interval.endNanos() - interval.startNanos();
            long bytes = same.stream().mapToLong(Span::bytes).sum();
            Map<String, Object> sum = new LinkedHashMap<>();
            putFlow(sum, interval.startNanos(), interval.endNanos(), bytes, rate(bytes, nanos));
            putRetransmits(sum, same);
            sum.put("omitted", interval.omitted());
            sum.put("sender", sender);
            into.put(into.containsKey("sum") ? "sum_bidir_reverse" : "sum", sum);
        }
    }

    private static double rate(long bytes, long nanos) {
        return nanos <= 0 ? 0 : bytes * 8e9 / nanos;
    }

    private static void putFlow(Map<String, Object> into, long startNanos, long endNanos, long bytes, double rate) {
        into.put("start", startNanos / 1e9);
        into.put("end", endNanos / 1e9);
        into.put("seconds", (endNanos - startNanos) / 1e9);
        into.put("bytes", bytes);
        into.put("bits_per_second", rate);
    }

    private static void putRetransmits(Map<String, Object> into, List<Span> spans) {
        if (spans.stream().map(Span::retransmits).noneMatch(Objects::isNull)) {
            into.put("retransmits", spans.stream().mapToLong(Span::retransmits).sum());
        }
    }

    /** {@return how it ended}; when it is not complete, with what this end knew */
    Map<String, Object> end(Outcome outcome, boolean complete) {
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("complete", complete);
        end.put("streams", outcome.streams().stream().map(this::bothEnds).toList());
        for (boolean here : new boolean[] {true, false}) {
            List<Outcome.Both> same = outcome.streams().stream()
                    .filter(stream -> stream.sentHere() == here)
                    .toList();
            if (!same.isEmpty()) {
                String suffix = end.containsKey("sum_sent") || end.containsKey("sum_received") ? "_bidir_reverse" : "";
                putSum(end, "sum_sent" + suffix, PerfTable.sides(same, true));
                putSum(end, "sum_received" + suffix, PerfTable.sides(same, false));
            }
        }
        end.put(
                "cpu_utilization_percent",
                JsonLines.fields(
                        "host_total", percent(outcome.localCpu()), "remote_total", percent(outcome.remoteCpu())));
        boolean hereSends =
                server ? plan.direction().serverSends() : plan.direction().clientSends();
        end.put("sender_tcp_congestion", hereSends ? outcome.localCongestion() : outcome.remoteCongestion());
        end.put("receiver_tcp_congestion", hereSends ? outcome.remoteCongestion() : outcome.localCongestion());
        return end;
    }

    private static Double percent(double share) {
        return Double.isNaN(share) ? null : (Double) (share * 100);
    }

    private Map<String, Object> bothEnds(Outcome.Both stream) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (stream.sent() != null) {
            Map<String, Object> sender = total(stream.sent());
            LongSummaryStatistics rtt = roundTrips.get(stream.stream());
            if (rtt != null) {
                sender.put("max_snd_cwnd", largestWindows.get(stream.stream()));
                sender.put("max_rtt", rtt.getMax());
                sender.put("min_rtt", rtt.getMin());
                sender.put("mean_rtt", Math.round(rtt.getAverage()));
            }
            fields.put("sender", sender);
        }
        if (stream.received() != null) {
            fields.put("receiver", total(stream.received()));
        }
        return fields;
    }

    private static Map<String, Object> total(Span span) {
        Map<String, Object> fields = JsonLines.fields("socket", span.stream());
        putFlow(fields, 0, span.nanos(), span.bytes(), span.bitsPerSecond());
        if (span.retransmits() != null) {
            fields.put("retransmits", span.retransmits());
        }
        fields.put("sender", span.sender());
        return fields;
    }

    private static void putSum(Map<String, Object> end, String name, List<Span> spans) {
        if (spans.isEmpty()) {
            return;
        }
        long nanos = spans.stream().mapToLong(Span::nanos).max().orElse(0);
        long bytes = spans.stream().mapToLong(Span::bytes).sum();
        Map<String, Object> sum = new LinkedHashMap<>();
        putFlow(sum, 0, nanos, bytes, rate(bytes, nanos));
        putRetransmits(sum, spans);
        sum.put("sender", spans.get(0).sender());
        end.put(name, sum);
    }

    /** {@return all of it} */
    Map<String, Object> document(Outcome outcome, boolean complete) {
        return JsonLines.fields("start", start, "intervals", intervals, "end", end(outcome, complete));
    }
}
