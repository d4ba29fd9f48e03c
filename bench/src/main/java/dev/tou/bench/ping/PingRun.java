// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.tou.bench.ConnectionReport;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Sentence;
import dev.tou.bench.Transports;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import org.HdrHistogram.Histogram;

/**
 * One measurement: opens a connection over tou, and one over the kernel's TCP if that is to be compared, warms both up, and
 * measures them in turns (A, B, A, B), so that what changes on the machine meanwhile changes both.
 *
 * <p>All connections share one event loop; only one of them has requests on its way at a time. Runs in the caller's thread,
 * which it blocks.
 */
public final class PingRun implements AutoCloseable {

    /**
     * What to measure.
     *
     * @param size bytes of a request, {@value Requester#HEADER_BYTES} or more
     * @param perSecond requests in a second
     * @param count requests of each transport
     * @param warmUp requests before these, which are not recorded
     * @param rounds into how many turns {@code count} is split
     * @param timeout how long to wait for a connection, and for answers after the last request
     * @param patience how long to try again while nobody listens there; zero to try once
     * @param baseline whether to measure the kernel's TCP as well
     */
    public record Plan(
            HostAndPort target,
            Transports.Io io,
            int size,
            int perSecond,
            int count,
            int warmUp,
            int rounds,
            Duration timeout,
            Duration patience,
            boolean baseline) {}

    /** Is told how it goes, in the thread that runs the measurement. */
    public interface Listener {

        /** A connection is open. */
        default void onConnected(Measurement measurement) {}

        /** Another second is over, or a round; {@code interval} is valid during the call. */
        void onInterval(Measurement measurement, Histogram interval);
    }

    /** A connection and its figures. */
    private record Link(Channel channel, Requester requester, Measurement measurement) {}

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_MILLIS = 100;

    /** A schedule begins a little later, so that its first request is not late before it has begun. */
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Plan plan;
    private final Listener listener;
    private final Recording recording;
    private final EventLoopGroup group;
    private final Alarm alarm;
    private final List<Link> links = new ArrayList<>();

    public PingRun(Plan plan, Listener listener) {
        this(plan, listener, Recording.NONE);
    }

    /** A measurement whose connection over tou is written down by a recording, which is to be closed later. */
    public PingRun(Plan plan, Listener listener, Recording recording) {
        this.plan = plan;
        this.listener = listener;
        this.recording = recording;
        this.group = Transports.group(plan.io(), 1, "tou-ping");
        this.alarm = Alarm.of(plan.io(), group.next());
    }

    /**
     * Does it all, and {@return the figures, tou's first}.
     *
     * @throws Failure if a connection cannot be opened, breaks, or leaves requests unanswered for too long
     */
    public List<Measurement> run() {
        connect("tou", Transports.socketChannel());
        if (plan.baseline()) {
            connect("tcp", Transports.kernelSocketChannel(plan.io()));
        }
        if (plan.warmUp() > 0) {
            for (Link link : links) {
                measure(link, plan.warmUp(), new Measurement("warm-up"), (measurement, interval) -> {});
            }
        }
        for (int round = 0; round < plan.rounds(); round++) {
            for (Link link : links) {
                measure(link, share(round), link.measurement(), listener);
            }
        }
        links.forEach(this::keepReport);
        return links.stream().map(Link::measurement).toList();
    }

    private int share(int round) {
        return (int) ((round + 1L) * plan.count() / plan.rounds() - (long) round * plan.count() / plan.rounds());
    }

    private void connect(String transport, Class<? extends SocketChannel> type) {
        long deadline = System.nanoTime() + plan.patience().toNanos();
        while (true) {
            try {
                links.add(open(transport, type));
                listener.onConnected(links.get(links.size() - 1).measurement());
                return;
            } catch (Failure failure) {
                if (failure.exit() != ExitCode.REFUSED || deadline - System.nanoTime() <= 0) {
                    throw transport.equals("tcp") ? noBaseline(failure) : failure;
                }
                pause();
            }
        }
    }

    private Link open(String transport, Class<? extends SocketChannel> type) {
        Requester requester = new Requester(plan.size(), System::nanoTime, alarm);
        Bootstrap bootstrap = new Bootstrap();
        if (type == Transports.socketChannel()) {
            recording.on(bootstrap);
        }
        ChannelFuture connected = bootstrap
                .group(group)
                .channel(type)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(plan.timeout().toMillis(), Integer.MAX_VALUE))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new AnswerDecoder(plan.size()))
                                .addLast(requester);
                    }
                })
                .connect(plan.target().unresolved())
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            throw Failures.connecting(plan.target(), "tou ping --serve", connected.cause());
        }
        return new Link(connected.channel(), requester, new Measurement(transport));
    }

    private Failure noBaseline(Failure failure) {
        return new Failure(
                failure.exit(),
                plan.target()
                        + " takes no kernel TCP, which --baseline tcp needs; \"tou ping --serve\" does, but \"tou impair\""
                        + " passes UDP only.",
                failure);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void measure(Link link, int count, Measurement into, Listener told) {
        Schedule schedule = new Schedule(System.nanoTime() + LEAD_NANOS, plan.perSecond(), count);
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        into.beginRound(schedule);
        link.channel().eventLoop().execute(() -> link.requester().begin(schedule, into, outcome));
        try {
            follow(link, schedule, into, told, outcome);
        } finally {
            into.endRound();
            told.onInterval(into, into.takeInterval());
        }
    }

    private void follow(
            Link link, Schedule schedule, Measurement into, Listener told, CompletableFuture<Void> outcome) {
        long end = schedule.startNanos() + schedule.lengthNanos();
        long deadline = end + plan.timeout().toNanos();
        for (long tick = schedule.startNanos() + TICK_NANOS; ; tick += TICK_NANOS) {
            if (Math.abs(tick - end) < TICK_NANOS / 2) {
                continue; // the round itself ends about now
            }
            long until = deadline - tick < 0 ? deadline : tick;
            try {
                outcome.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                return;
            } catch (TimeoutException e) {
                if (until == deadline) {
                    throw unanswered(link, into);
                }
                told.onInterval(into, into.takeInterval());
            } catch (ExecutionException e) {
                throw Failures.of(e.getCause());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private Failure unanswered(Link link, Measurement into) {
        String which = into == link.measurement() ? "Requests" : "Requests of the warm-up";
        String text = which + " over " + link.measurement().transport() + " are still unanswered "
                + Units.nanos(plan.timeout().toNanos()) + " after the last was due";
        return new Failure(
                ExitCode.INVALID_MEASUREMENT,
                into.answered() == 0 ? Sentence.thenAsk(text, Requester.WHO_IS_THERE) : Sentence.ended(text));
    }

    private static Failure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Failure(ExitCode.INTERRUPTED, "Interrupted.", e);
    }

    private void keepReport(Link link) {
        link.channel()
                .eventLoop()
                .submit(() -> link.measurement().keep(ConnectionReport.of(link.channel())))
                .awaitUninterruptibly();
    }

    @Override
    public void close() {
        alarm.close();
        Transports.shutdown(group, links.stream().map(Link::channel).toArray(Channel[]::new));
    }
}
