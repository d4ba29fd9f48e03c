// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import dev.tou.bench.Units;
import dev.tou.bench.compare.Meter;
import dev.tou.bench.trace.Recording;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

/**
 * The client's end of one test: proposes it, opens its streams when the server has taken it, runs the clock, and puts
 * together what both ends have counted. Everything happens in its event loop, from which the listener is called.
 */
final class PerfClient implements AutoCloseable, TestSide.Owner, ClientConnections.Owner {

    /** Is told how it goes, in the event loop. */
    interface Listener {

        /** All streams are open, and the test begins. */
        void onConnected(List<ClientConnections.Opened> streams);

        /** A tick, with what the server has told of the streams that it sends. */
        void onInterval(Interval interval);

        /** The test has failed in the middle; this is what this end had counted until then. */
        void onPartial(Outcome counted);
    }

    /**
     * Where the test goes, and how.
     *
     * @param target the server as the user has named it
     * @param address the same, resolved
     * @param local the address to connect from, or null for any
     * @param mss the largest text of a segment that this end sends, or 0 for what the path carries
     * @param timeout how long to wait for the connection, and for a sign of the server later
     * @param intervalNanos the time between reports; 0 for none
     * @param recording writes connections over tou down; whoever has opened it closes it
     */
    record Setup(
            Carrier carrier,
            Transports.Io io,
            HostAndPort target,
            InetSocketAddress address,
            InetSocketAddress local,
            int mss,
            Duration timeout,
            long intervalNanos,
            Recording recording) {}

    /** How often the server hears from a client, at least. */
    private static final long HEARTBEAT_NANOS = TestPlan.SECOND;

    private final Setup setup;
    private final TestPlan plan;
    private final Listener listener;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Budget budget = new Budget();
    private final TestSide side;
    private final ClientConnections connections;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /** Intervals that wait for what the server knows of them. */
    private final Deque<Interval> unanswered = new ArrayDeque<>();

    private final Map<Integer, SenderFigures> told = new HashMap<>();
    private int asked;
    private int answered;
    private boolean hereAll;
    private boolean thereAll;
    private List<Span> counted;

    PerfClient(Setup setup, TestPlan plan, Listener listener) throws InterruptedException {
        this.setup = setup;
        this.plan = plan;
        this.listener = listener;
        this.group = Transports.group(setup.io(), 1, "tou-perf");
        this.loop = group.next();
        this.side = new TestSide(loop, plan, setup.intervalNanos(), new Meter(loop), this);
        this.connections = new ClientConnections(setup, plan, loop, side, budget, this);
        this.hereAll = !plan.direction().serverSends();
        this.thereAll = !plan.direction().clientSends();
    }

    /** Starts to connect, and {@return how it ends: the figures, or a {@link Failure}} */
    CompletableFuture<Outcome> start() {
        loop.execute(connections::openControl);
        return outcome;
    }

    /** Gives the test up; what this end has counted until now is told. */
    void interrupt() {
        loop.execute(() -> fail(new Failure(ExitCode.INTERRUPTED, "Interrupted.")));
    }

    // --- what the server says ---

    @Override
    public void onMessage(JsonNode message) {
        Control.Type type = Control.Type.of(message);
        if (type == Control.Type.REFUSED) {
            ExitCode exit = ExitCode.of(message.path("exit").asInt(ExitCode.REFUSED.code()));
            fail(new Failure(
                    exit, "The server says: " + message.path("sentence").asText()));
        } else if (type == Control.Type.ACCEPTED && !connections.areOpen()) {
            connections.openStreams(message.path("cookie").asText());
            long every = Math.min(HEARTBEAT_NANOS, setup.timeout().toNanos() / 3);
            connections.every(every, () -> connections.send(Control.Type.SAMPLE, "n", 0));
        } else if (type == Control.Type.BEGIN && connections.areOpen() && counted == null) {
            begin();
        } else if (type == Control.Type.SAMPLE) {
            onSample(message);
        } else if (type == Control.Type.RECEIVED) {
            thereAll = true;
            endIfAllIsThere();
        } else if (type == Control.Type.RESULTS && counted != null) {
            onResults(message);
        } else {
            fail(new Failure(
                    ExitCode.REFUSED, setup.target() + " answers out of turn; use the same tou at both ends."));
        }
    }

    private void begin() {
        listener.onConnected(connections.opened());
        side.begin();
        side.streams().stream()
                .filter(Stream::isSender)
                .forEach(stream -> stream.channel().pipeline().get(Source.class).start());
    }

    @Override
    public void onStarted() {
        if (plan.omitNanos() > 0) {
            loop.schedule(this::measure, plan.omitNanos(), TimeUnit.NANOSECONDS);
        } else {
            measured();
        }
    }

    private void measure() {
        if (!side.isOver()) {
            side.measure();
            connections.send(Control.Type.MEASURE);
            measured();
        }
    }

    private void measured() {
        if (plan.bytes() > 0) {
            budget.limit(plan.bytes());
        } else {
            loop.schedule(this::end, plan.nanos(), TimeUnit.NANOSECONDS);
        }
    }

    // --- intervals ---

    @Override
    public void onInterval(Interval interval) {
        if (!plan.direction().serverSends()) {
            listener.onInterval(interval);
            return;
        }
        unanswered.add(interval);
        asked++;
        connections.send(Control.Type.SAMPLE, "n", asked);
    }

    private void onSample(JsonNode message) {
        if (message.path("n").asInt() != answered + 1 || unanswered.isEmpty()) {
            return; // the answer to a heartbeat
        }
        answered++;
        Map<Integer, SenderFigures> now = new HashMap<>();
        for (JsonNode one : message.path("streams")) {
            now.put(one.path("stream").asInt(), SenderFigures.of(one.path("figures")));
        }
        Interval interval = unanswered.remove();
        List<Span> spans = new ArrayList<>();
        for (Span span : interval.spans()) {
            spans.add(span.sender() ? span : span.told(told.get(span.stream()), now.get(span.stream())));
        }
        told.putAll(now);
        listener.onInterval(new Interval(interval.omitted(), interval.startNanos(), interval.endNanos(), spans));
    }

    // --- the end ---

    @Override
    public void onReceivedAll() {
        hereAll = true;
        endIfAllIsThere();
    }

    private void endIfAllIsThere() {
        if (hereAll && thereAll && plan.bytes() > 0) {
            end();
        }
    }

    private void end() {
        if (counted == null && !outcome.isDone()) {
            counted = side.finish();
            connections.send(Control.Type.END);
        }
    }

    private void onResults(JsonNode message) {
        flushUnanswered();
        Map<Integer, Span> remote = new HashMap<>();
        for (JsonNode one : message.path("streams")) {
            Span span = Span.of(one);
            remote.put(span.stream(), span);
        }
        List<Outcome.Both> both = new ArrayList<>();
        for (Span here : counted) {
            Span there = remote.get(here.stream());
            if (there == null || there.sender() == here.sender()) {
                fail(new Failure(
                        ExitCode.REFUSED, setup.target() + " tells of other streams; use the same tou at both ends."));
                return;
            }
            both.add(new Outcome.Both(
                    here.stream(), here.sender(), here.sender() ? here : there, here.sender() ? there : here));
        }
        both.sort(Comparator.comparingInt(Outcome.Both::stream));
        outcome.complete(new Outcome(
                both,
                side.cpuShare(),
                message.path("cpu").asDouble(Double.NaN),
                connections.congestion(),
                message.path("congestion").asText(null)));
        connections.closeAll();
    }

    // --- what goes wrong ---

    @Override
    public void onBroken(Throwable cause) {
        fail(new Failure(
                ExitCode.RESET, setup.target() + " broke a stream" + howFar() + "; is it still there?", cause));
    }

    @Override
    public void onSilence() {
        String silence = Units.nanos(setup.timeout().toNanos());
        fail(new Failure(
                side.streams().isEmpty() ? ExitCode.REFUSED : ExitCode.RESET,
                setup.target() + " has said nothing for " + silence + howFar() + "; is it still there?"));
    }

    @Override
    public void onControlGone(Throwable cause) {
        fail(
                side.streams().isEmpty()
                        ? new Failure(
                                ExitCode.REFUSED,
                                setup.target() + " does not answer like \"tou perf -s\"; is it running there, on that"
                                        + " port?",
                                cause)
                        : new Failure(
                                ExitCode.RESET,
                                setup.target() + " ended the test" + howFar() + "; is it still there?",
                                cause));
    }

    @Override
    public void onFailed(Failure failure) {
        fail(failure);
    }

    private String howFar() {
        return counted != null ? " before it gave its results" : " in the middle of the test";
    }

    private void fail(Failure failure) {
        if (outcome.isDone()) {
            return;
        }
        if (side.hasStarted()) {
            List<Span> own = counted == null ? side.finish() : counted;
            flushUnanswered();
            listener.onPartial(Outcome.ofOneEnd(own, side.cpuShare(), connections.congestion()));
        }
        outcome.completeExceptionally(failure);
        connections.closeAll();
    }

    /** Tells the intervals for which the server's figures have not come, and will not. */
    private void flushUnanswered() {
        unanswered.forEach(listener::onInterval);
        unanswered.clear();
    }

    @Override
    public void close() {
        loop.submit(connections::closeAll).awaitUninterruptibly(2, TimeUnit.SECONDS);
        Transports.shutdown(group);
    }
}
