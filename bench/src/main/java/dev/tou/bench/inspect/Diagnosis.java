// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Units;

/**
 * What keeps a connection from being faster, as far as its own figures tell: between two looks, or since it began.
 *
 * <p>The figures say for how long each limit has counted, so a short look is not left to chance: every nanosecond of the time
 * between the two looks has one limit.
 */
final class Diagnosis {

    /** What limits, with the item that counts for how long. */
    enum Limit {
        APPLICATION("app", "the application"),
        RECEIVE_WINDOW("rwnd", "the receive window"),
        CONGESTION_WINDOW("cwnd", "the congestion window"),
        PACING("pacing", "pacing"),
        SEND_BUFFER("sndbuf", "the send buffer"),
        SMALL_SEGMENT("small", "small writes"),
        UDP_CHANNEL("udp", "the UDP socket"),
        IDLE("idle", "");

        private final String label;
        private final String what;

        Limit(String label, String what) {
            this.label = label;
            this.what = what;
        }

        String label() {
            return label;
        }
    }

    /** A share of the time that is worth a word beside the largest one. */
    private static final double WORTH_A_WORD = 0.1;

    private final Row now;
    private final Row before;
    private final long nanos;
    private final Map<Limit, Double> shares = new LinkedHashMap<>();

    /**
     * A diagnosis of a connection.
     *
     * @param before the same connection earlier, or null; then it is about all of its life
     */
    Diagnosis(Row now, Row before) {
        boolean same = before != null && now.number("age") > before.number("age");
        this.now = now;
        this.before = same ? before : null;
        nanos = change("age");
        double idle = 1;
        for (Limit limit : Limit.values()) {
            double share = limit == Limit.IDLE ? idle : share(change(limit.label + "_limited"));
            shares.put(limit, Math.max(0, share));
            idle -= share;
        }
    }

    private double share(long limitedNanos) {
        return Math.min(1, limitedNanos / (double) Math.max(1, nanos));
    }

    /** {@return by how much a number has grown} */
    private long change(String name) {
        return now.number(name) - (before == null ? 0 : before.number(name));
    }

    /** {@return for what share of the time each limit has counted, 0 to 1} */
    Map<Limit, Double> shares() {
        return shares;
    }

    /** {@return how long that time is, in nanoseconds} */
    long nanos() {
        return nanos;
    }

    /** {@return what limited for longest} */
    Limit main() {
        return shares.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Limit.IDLE);
    }

    /** {@return what limits, for how much of which time, and why} */
    String sentence() {
        Limit main = main();
        String how = percent(shares.get(main)) + " of " + period();
        String text = main == Limit.IDLE
                ? "idle for " + how + ": nothing to send"
                : "limited by " + main.what + " for " + how + ": " + why(main);
        List<String> others = shares.entrySet().stream()
                .filter(share -> share.getKey() != main && share.getValue() >= WORTH_A_WORD)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(share -> (share.getKey() == Limit.IDLE ? "idle" : "by " + share.getKey().what) + " for "
                        + percent(share.getValue()))
                .toList();
        return others.isEmpty() ? text : text + "; " + String.join(", ", others);
    }

    private static String percent(double share) {
        return share > 0.995 && share < 1 ? "99 %" : Units.format("%.0f %%", 100 * share);
    }

    private String period() {
        if (before == null) {
            return "the time since it began";
        }
        double seconds = nanos / 1e9;
        return Math.abs(seconds - 1) < 0.05
                ? "the last second"
                : "the last " + FigureText.time(nanos / 1_000_000 * 1_000_000);
    }

    private String why(Limit limit) {
        return switch (limit) {
            case APPLICATION -> "it writes no faster, and all that it wrote is on its way";
            case RECEIVE_WINDOW -> receiveWindow();
            case CONGESTION_WINDOW ->
                "the path bears " + Units.bytes(now.number("cwnd")) + " in a round trip of "
                        + FigureText.time(now.number("rtt")) + repetitions();
            case PACING ->
                "segments leave at " + Units.bitsPerSecond(8.0 * now.number("pacing_rate"))
                        + ", so that they do not burst" + repetitions();
            case SEND_BUFFER ->
                "it is full of what is not acknowledged; a larger SO_SNDBUF than " + Units.bytes(now.number("snd_buf"))
                        + " would let more be sent";
            case SMALL_SEGMENT -> "less than a segment waits for company; TCP_NODELAY is off, or CORK on";
            case UDP_CHANNEL -> "it takes no more for the moment, or refuses to send";
            case IDLE -> "nothing to send";
        };
    }

    private String receiveWindow() {
        long window = now.number("snd_wnd");
        if (window < 2 * Math.max(1, now.number("mss"))) {
            return "the peer reads slowly, or not at all; it takes " + Units.bytes(window) + " more";
        }
        return "the peer reads slowly, or its window of " + Units.bytes(window) + " is small for a round trip of "
                + FigureText.time(now.number("rtt"));
    }

    private String repetitions() {
        // Between two looks the line of the rates says it.
        return before != null || change("retrans") == 0 ? "" : "; " + sentAgain();
    }

    /**
     * What was sent again, and what the peer says of it. Which segment it had already is not in these figures, so it is only compared
     * with the probes, which are sent without a sign of loss: where only an acknowledgment was late, they come twice.
     */
    private String sentAgain() {
        String text = segments(change("retrans")) + " sent again";
        long twice = change("dsack_dups");
        long probes = change("loss_probes");
        if (twice == 0) {
            return text;
        }
        text += "; " + Units.grouped(twice) + " came twice, says the peer (DSACK)";
        if (probes == 0) {
            return text;
        }
        String compared = twice == probes ? "as many as" : twice < probes ? "fewer than" : "more than";
        return text + ", " + compared + " tail loss probes left (" + Units.grouped(probes) + ")";
    }

    private static String segments(long count) {
        return count == 1 ? "1 segment" : Units.grouped(count) + " segments";
    }

    /** {@return how fast bytes go either way, and which of them went twice; empty if there is no earlier look} */
    String rates() {
        if (before == null) {
            return "";
        }
        double seconds = nanos / 1e9;
        long fresh = change("bytes_sent") - change("bytes_retrans");
        String text = "sends " + Units.bitsPerSecond(8 * Math.max(0, fresh) / seconds) + ", receives "
                + Units.bitsPerSecond(8 * Math.max(0, change("bytes_received")) / seconds);
        long again = change("retrans");
        return again == 0 ? text : text + ", " + sentAgain();
    }

    /** {@return what else is remarkable, each in a sentence} */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (now.flag("orphan")) {
            remarks.add("the application has closed it; what was written is still being delivered");
        }
        switch (now.text("state")) {
            case "SYN-SENT" -> remarks.add("the peer has not answered the SYN");
            case "SYN-RECEIVED" -> remarks.add("the peer has not acknowledged the SYN-ACK");
            case "CLOSE-WAIT" -> remarks.add("the peer has closed, and the application has not yet");
            default -> {
                // nothing is remarkable about the others
            }
        }
        if (now.number("backoff") > 0) {
            remarks.add("the peer is silent: " + now.number("backoff") + " timeouts in a row, and the next try within "
                    + FigureText.time(now.number("rto")));
        }
        long unread = now.number("unread");
        if (unread > 0 && unread * 2 >= now.number("rcv_buf")) {
            remarks.add("the application reads slowly: " + Units.bytes(unread) + " are unread");
        }
        return remarks;
    }
}
