// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import dev.tou.telemetry.TcpInfo;

/** A connection that stays open: the client writes when a test says so, the server reads. */
final class ConnectedScenario implements AutoCloseable {

    private static final int WARM_UP_BYTES = 256;

    private final Scenario scenario;
    private final Talker talker = new Talker();
    private final StreamSink sink;

    ConnectedScenario(Scenario scenario) {
        this.scenario = scenario.keepSegments();
        sink = new StreamSink(scenario::nowNanos);
        scenario.open(talker, sink);
        scenario.simulation().expect("connected", talker::isActive, Duration.ofSeconds(10));
    }

    /** Small writes far apart, so that the estimates of the round trip have settled. */
    ConnectedScenario warmedUp() {
        for (int i = 0; i < 40; i++) {
            writes(WARM_UP_BYTES);
            scenario.advance(Duration.ofMillis(200));
        }
        return this;
    }

    /** Writes so much. {@return the offset of the first byte} */
    long writes(long bytes) {
        long offset = talker.written();
        talker.writes(bytes);
        return offset;
    }

    /** Runs until all that was written has been read. */
    void untilAllIsRead() {
        scenario.simulation().expect("all is read", () -> sink.received() == talker.written(), Duration.ofMinutes(10));
    }

    /** Writes so much, and more whenever there is room, for a while. */
    void streamsFor(Duration duration) {
        long end = scenario.nowNanos() + duration.toNanos();
        while (scenario.nowNanos() < end) {
            while (scenario.clientChannel().isWritable()) {
                talker.writes(16 << 10);
            }
            long left = end - scenario.nowNanos();
            scenario.simulation().runUntil(() -> scenario.clientChannel().isWritable(), Duration.ofNanos(left));
        }
    }

    Scenario scenario() {
        return scenario;
    }

    StreamSink sink() {
        return sink;
    }

    Talker talker() {
        return talker;
    }

    TcpInfo info() {
        return scenario.clientInfo();
    }

    long nowNanos() {
        return scenario.nowNanos();
    }

    Duration now() {
        return Duration.ofNanos(scenario.nowNanos());
    }

    /** {@return segments with text from the client, sent since then} */
    List<Sighting> textSince(long nanos) {
        return segments(s -> s.fromClient() && s.hasText() && s.nanos() >= nanos);
    }

    List<Sighting> segments(Predicate<Sighting> which) {
        return scenario.ledger().segments(which).toList();
    }

    /** {@return how long the byte at this offset took from its first transmission to the reader, in milliseconds} */
    double millisFromWireToReader(long offset) {
        Sighting first = segments(
                        s -> s.fromClient() && s.hasText() && s.offset() <= offset && offset < s.offset() + s.length())
                .get(0);
        return (sink.arrivalNanos(offset) - first.nanos()) / 1e6;
    }

    @Override
    public void close() {
        scenario.clientChannel().close();
        scenario.simulation().expect("closed", sink::hasEnded, Duration.ofMinutes(30));
        scenario.settle();
        scenario.close();
    }
}
