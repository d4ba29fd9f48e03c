// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.tou.bench.Units;

/** The lines of a test, in the columns of iperf3, and the round trip behind them. Knows nothing of where they go. */
final class PerfTable {

    private static final String RULE = "- ".repeat(24) + "-";
    private static final String PLAIN = "%-5s%s %6.2f-%-6.2f sec  %11s  %14s";

    private final TestPlan plan;
    private final Amounts amounts;
    private final boolean server;

    /** @param server whether this is the server's end */
    PerfTable(TestPlan plan, Amounts amounts, boolean server) {
        this.plan = plan;
        this.amounts = amounts;
        this.server = server;
    }

    /** {@return the line above the intervals} */
    String header() {
        return title() + (tellsOfSenders() ? "         Retr  Cwnd         RTT" : "");
    }

    private String title() {
        return "[ ID]" + (hasRoles() ? "[Role]" : "") + " Interval           Transfer     Bitrate";
    }

    /** Whether there is anything but zeros to say of the path: a server that only receives knows nothing of it. */
    private boolean tellsOfSenders() {
        return !server || plan.direction().serverSends();
    }

    private boolean hasRoles() {
        return plan.direction() == Direction.BOTH;
    }

    /** {@return the lines of an interval} */
    List<String> rows(Interval interval) {
        List<String> rows = new ArrayList<>();
        for (Span span : interval.spans()) {
            rows.add(row(id(span.stream()), role(span.sender()), interval, span.bytes(), span.nanos())
                    + path(span.retransmits(), span.after())
                    + note(interval));
        }
        for (boolean sender : new boolean[] {true, false}) {
            List<Span> same = interval.spans().stream()
                    .filter(span -> span.sender() == sender)
                    .toList();
            if (same.size() > 1) {
                long bytes = same.stream().mapToLong(Span::bytes).sum();
                long nanos = interval.endNanos() - interval.startNanos();
                rows.add(row("[SUM]", role(sender), interval, bytes, nanos)
                        + path(sumOfRetransmits(same), null)
                        + note(interval));
            }
        }
        if (plan.streams() > 1) {
            rows.add(RULE);
        }
        return rows.stream().map(String::stripTrailing).toList();
    }

    private static String note(Interval interval) {
        return interval.omitted() ? "  (omitted)" : "";
    }

    private String row(String id, String role, Interval interval, long bytes, long nanos) {
        return row(id, role, interval.startNanos(), interval.endNanos(), bytes, nanos);
    }

    private String row(String id, String role, long startNanos, long endNanos, long bytes, long nanos) {
        double rate = nanos <= 0 ? 0 : bytes * 8e9 / nanos;
        return Units.format(
                PLAIN, id, role, startNanos / 1e9, endNanos / 1e9, Amounts.bytes(bytes), amounts.rate(rate));
    }

    private String path(Long retransmits, SenderFigures figures) {
        if (!tellsOfSenders()) {
            return "";
        }
        return Units.format(
                "  %3s   %11s  %8s",
                retransmits == null ? "" : retransmits,
                figures == null ? "" : Amounts.bytes(figures.cwndBytes()),
                figures == null || figures.rttNanos() == 0 ? "" : Units.nanos(figures.rttNanos()));
    }

    private static String id(int stream) {
        return Units.format("[%3d]", stream);
    }

    private String role(boolean sender) {
        return hasRoles() ? (sender ? "[TX-" : "[RX-") + (server ? "S]" : "C]") : "";
    }

    private static Long sumOfRetransmits(List<Span> spans) {
        return spans.stream().map(Span::retransmits).anyMatch(Objects::isNull)
                ? null
                : (Long) spans.stream().mapToLong(Span::retransmits).sum();
    }

    /** {@return the lines that say what it has come to: of each stream what was sent and what was received} */
    List<String> summary(Outcome outcome) {
        List<String> rows = new ArrayList<>();
        if (plan.streams() == 1) {
            rows.add(RULE); // otherwise the last interval has left one
        }
        rows.add(title() + (tellsOfSenders() ? "         Retr" : ""));
        for (Outcome.Both stream : outcome.streams()) {
            String role = role(stream.sentHere());
            add(rows, id(stream.stream()), role, stream.sent() == null ? List.of() : List.of(stream.sent()));
            add(rows, id(stream.stream()), role, stream.received() == null ? List.of() : List.of(stream.received()));
        }
        for (boolean here : new boolean[] {true, false}) {
            List<Outcome.Both> same = outcome.streams().stream()
                    .filter(stream -> stream.sentHere() == here)
                    .toList();
            if (same.size() > 1) {
                add(rows, "[SUM]", role(here), sides(same, true));
                add(rows, "[SUM]", role(here), sides(same, false));
            }
        }
        return rows;
    }

    /** {@return what the sending ends, or the receiving ends, of these streams have counted, if they are known} */
    static List<Span> sides(List<Outcome.Both> streams, boolean sending) {
        return streams.stream()
                .map(sending ? Outcome.Both::sent : Outcome.Both::received)
                .filter(Objects::nonNull)
                .toList();
    }

    private void add(List<String> rows, String id, String role, List<Span> spans) {
        if (spans.isEmpty()) {
            return;
        }
        long nanos = spans.stream().mapToLong(Span::nanos).max().orElse(0);
        long bytes = spans.stream().mapToLong(Span::bytes).sum();
        boolean sender = spans.get(0).sender();
        String retransmits =
                Units.format("  %3s", sender && sumOfRetransmits(spans) != null ? sumOfRetransmits(spans) : "");
        rows.add(row(id, role, 0, nanos, bytes, nanos)
                + retransmits
                + " ".repeat(13)
                + (sender ? "sender" : "receiver"));
    }
}
