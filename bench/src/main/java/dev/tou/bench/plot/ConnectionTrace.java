// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;

/** Everything that a trace tells of one connection, as the course of each quantity. Filled line by line, in their order. */
final class ConnectionTrace {

    final Sending sending = new Sending();
    final Receiving receiving = new Receiving();

    final Samples cwnd = Samples.points();
    final Samples ssthresh = Samples.points();

    /** What is thought to be on the path, without what counts as lost. */
    final Samples pipe = Samples.points();

    final Samples roundTrip = Samples.points();
    final Samples srtt = Samples.points();
    final Samples rto = Samples.points();

    /** When the retransmission timer expired, and how long it had been. */
    final Samples expired = Samples.points();

    final Spells limits = new Spells();
    final Spells recovery = new Spells();

    private final String file;
    private final String id;
    private String local = "";
    private String remote = "";
    private Boolean passive;
    private double firstNanos = Double.NaN;
    private double lastNanos = Double.NaN;
    private long undone;

    /**
     * @param file where it comes from
     * @param id its number in there
     */
    ConnectionTrace(String file, String id) {
        this.file = file;
        this.id = id;
    }

    /** Takes the line that introduces the connection. */
    void introduce(JsonNode fields) {
        local = fields.path("local").asText("");
        remote = fields.path("remote").asText("");
        passive = fields.path("passive").isBoolean()
                ? (Boolean) fields.path("passive").asBoolean()
                : null;
    }

    /**
     * Takes an event.
     *
     * @return whether it has a known name
     * @throws TraceEvent.Malformed if it lacks what an event of this name has
     */
    boolean take(TraceEvent event) {
        boolean known = switch (event.name()) {
            case "sent", "retransmitted", "received", "loss", "lossProbe", "timeout" -> takeSegments(event);
            case "roundTrip", "congestionWindow", "recoveryBegins", "recoveryEnds" -> takeCourse(event);
            case "limit" -> takeLimit(event);
            case "sendWindow" -> {
                sending.window(event);
                yield true;
            }
            case "receiveBuffer" -> {
                receiving.buffer(event);
                yield true;
            }
            case "undo" -> {
                undone++;
                yield true;
            }
            case "established" -> {
                idleUntilToldOtherwise(event.nanos());
                yield true;
            }
            // They are known, and no graph shows them.
            case "stateChanged", "acknowledgment", "windowProbe", "keepAlive", "pacingRate" -> true;
            case "pathMtuProbe", "pathMtuProbeLost", "blackHole", "pathMtu" -> true;
            default -> false;
        };
        if (known) {
            firstNanos = Double.isNaN(firstNanos) ? event.nanos() : Math.min(firstNanos, event.nanos());
            lastNanos = Double.isNaN(lastNanos) ? event.nanos() : Math.max(lastNanos, event.nanos());
        }
        return known;
    }

    private boolean takeSegments(TraceEvent event) {
        switch (event.name()) {
            case "sent" -> sending.sent(event);
            case "retransmitted" -> sending.retransmitted(event);
            case "received" -> {
                receiving.received(event);
                sending.acknowledged(event);
            }
            case "loss" -> sending.lost(event);
            case "lossProbe" -> sending.probed(event);
            default -> {
                sending.timedOut(event);
                expired.add(event.nanos(), event.number("rtoNanos"));
            }
        }
        return true;
    }

    private boolean takeCourse(TraceEvent event) {
        double nanos = event.nanos();
        switch (event.name()) {
            case "roundTrip" -> {
                roundTrip.add(nanos, event.number("sampleNanos"));
                srtt.add(nanos, event.number("srttNanos"));
                rto.add(nanos, event.number("rtoNanos"));
            }
            case "congestionWindow" -> {
                cwnd.add(nanos, event.number("cwndBytes"));
                boolean none = event.fields().path("ssthreshBytes").isNull();
                ssthresh.add(nanos, none ? Double.NaN : event.number("ssthreshBytes"));
                pipe.add(nanos, event.number("inFlightBytes"));
            }
            case "recoveryBegins" -> recovery.begin(nanos, known(CongestionState.class, event.word("state")));
            default -> recovery.begin(nanos, null);
        }
        return true;
    }

    /** Limits are told as they change, and the first one that nobody tells of is that there is nothing to send. */
    private void idleUntilToldOtherwise(double nanos) {
        if (!limits.hasBegun()) {
            limits.begin(nanos, Limit.IDLE.name());
        }
    }

    private boolean takeLimit(TraceEvent event) {
        limits.begin(event.nanos(), known(Limit.class, event.word("limit")));
        return true;
    }

    private static String known(Class<? extends Enum<?>> type, String word) {
        for (Enum<?> constant : type.getEnumConstants()) {
            if (constant.name().equals(word)) {
                return word;
            }
        }
        throw new TraceEvent.Malformed(word);
    }

    /** There are no more events: what held, held until the last one. */
    void end() {
        limits.end(lastNanos);
        recovery.end(lastNanos);
    }

    /** {@return whether {@code other} is the other end of this connection, which the first sequence numbers tell} */
    boolean isOtherEndOf(ConnectionTrace other) {
        return this != other
                && sending.initial() != null
                && receiving.initial() != null
                && Objects.equals(sending.initial(), other.receiving.initial())
                && Objects.equals(receiving.initial(), other.sending.initial());
    }

    /** {@return what to call it: its addresses, or its number if they are not known} */
    String name() {
        if (local.isEmpty() && remote.isEmpty()) {
            return "connection " + id + " of " + file;
        }
        String arrow = passive == null ? " and " : passive ? " from " : " to ";
        return local + arrow + remote;
    }

    String file() {
        return file;
    }

    String id() {
        return id;
    }

    /** {@return whether the other end opened it; null if the trace does not say} */
    Boolean passive() {
        return passive;
    }

    /** {@return when its first event was, NaN if it has none} */
    double firstNanos() {
        return firstNanos;
    }

    double lastNanos() {
        return lastNanos;
    }

    /** {@return how many reductions of the window were taken back} */
    long undone() {
        return undone;
    }

    /** {@return sequence space that went either way, by which connections are ranked} */
    long weight() {
        return sending.sequenceSpace() + receiving.sequenceSpace();
    }
}
