// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import org.HdrHistogram.Histogram;

/** Runs one workload once over one transport: a ramp that does not count, then what is measured. Blocking. */
final class Client {

    private static final long PATIENCE_SECONDS = 15;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

    /** What a connection gets to reach its speed, before the measured time. */
    private static final Duration RAMP = Duration.ofMillis(300);

    /** What the other end gets to throw away what is left of the connection, before the next begins. */
    private static final long SETTLE_MILLIS = 100;

    /**
     * How the workloads are run.
     *
     * @param reverse whether bulk bytes flow from the server to the client
     * @param clients how many connect at the same time
     */
    record Shape(boolean reverse, int clients) {}

    private final EventLoop loop;
    private final PairedServer server;
    private final Meter meter;
    private final Shape shape;

    Client(EventLoop loop, PairedServer server, Meter meter, Shape shape) {
        this.loop = loop;
        this.server = server;
        this.meter = meter;
        this.shape = shape;
    }

    /**
     * Runs {@code workload} over {@code contender}.
     *
     * @param number of the round, 0 for a warm-up
     */
    Round run(Workload workload, Contender contender, int number, Duration duration) {
        try {
            Duration ramp = duration.compareTo(RAMP) < 0 ? duration : RAMP;
            RoundEvent event = new RoundEvent(workload.label(), contender.name(), number);
            Round round = switch (workload) {
                case BULK -> bulk(contender, event, ramp, duration);
                case PINGPONG -> pingPong(contender, event, ramp, duration);
                case CONNECT -> connect(contender, event, ramp, duration);
            };
            pause(Duration.ofMillis(SETTLE_MILLIS));
            return round;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "Interrupted.", e);
        }
    }

    private Round bulk(Contender contender, RoundEvent event, Duration ramp, Duration duration)
            throws InterruptedException {
        Channel channel = shape.reverse()
                ? open(contender, Services.Service.FLOOD, new Sink(meter))
                : open(contender, Services.Service.SINK, new Flood());
        pause(ramp);
        long before = receiver().bytes();
        Window window = measure(event, duration, () -> receiver().bytes() > before);
        boolean alive = channel.isActive();
        close(channel);
        Meter.Reading received = shape.reverse() ? window.client() : window.server();
        Map<String, Double> details = new LinkedHashMap<>();
        if (received.bytes() > 0) {
            double gigabytes = received.bytes() / 1e9;
            details.put("clientCpuSecondsPerGB", window.client().cpuNanos() / 1e9 / gigabytes);
            details.put("serverCpuSecondsPerGB", window.server().cpuNanos() / 1e9 / gigabytes);
            details.put("clientAllocatedBytesPerMB", window.client().allocatedBytes() / 1e3 / gigabytes);
            details.put("serverAllocatedBytesPerMB", window.server().allocatedBytes() / 1e3 / gigabytes);
        }
        return new Round(
                received.bitsPerSecond() / 1e9, details, alive ? Map.of() : Map.of("connection closed early", 1L));
    }

    private Meter.Reading receiver() {
        return shape.reverse() ? meter.read() : server.read();
    }

    private Round pingPong(Contender contender, RoundEvent event, Duration ramp, Duration duration)
            throws InterruptedException {
        PingPong game = new PingPong();
        Channel channel = open(contender, Services.Service.ECHO, game);
        pause(ramp);
        onLoop(() -> {
            game.histogram().reset();
            return null;
        });
        Window window =
                measure(event, duration, () -> onLoop(() -> game.histogram().getTotalCount() > 0));
        Histogram histogram = onLoop(() -> game.histogram().copy());
        boolean alive = channel.isActive();
        close(channel);
        Map<String, Double> details = new LinkedHashMap<>();
        details.put("p99Micros", histogram.getValueAtPercentile(99) / 1e3);
        details.put("leastMicros", histogram.getMinValue() / 1e3);
        details.put("roundTrips", (double) histogram.getTotalCount());
        costOfAnOperation(details, window, histogram.getTotalCount());
        return new Round(
                histogram.getValueAtPercentile(50) / 1e3,
                details,
                alive ? Map.of() : Map.of("connection closed early", 1L));
    }

    private Round connect(Contender contender, RoundEvent event, Duration ramp, Duration duration)
            throws InterruptedException {
        ConnectCycle cycle = new ConnectCycle(loop, contender, server.address(contender));
        onLoop(() -> {
            cycle.start(shape.clients());
            return null;
        });
        pause(ramp);
        onLoop(() -> {
            cycle.reset();
            return null;
        });
        long begin = System.nanoTime();
        Window window =
                measure(event, duration, () -> onLoop(() -> cycle.histogram().getTotalCount() > 0));
        Histogram histogram = onLoop(() -> cycle.histogram().copy());
        double seconds = (System.nanoTime() - begin) / 1e9;
        Map<String, Long> failures = onLoop(() -> {
            Map<String, Long> copy = new TreeMap<>(cycle.failures());
            cycle.stop();
            return copy;
        });
        Map<String, Double> details = new LinkedHashMap<>();
        details.put("p50Micros", histogram.getValueAtPercentile(50) / 1e3);
        details.put("p99Micros", histogram.getValueAtPercentile(99) / 1e3);
        details.put(Results.CYCLES, (double) histogram.getTotalCount());
        costOfAnOperation(details, window, histogram.getTotalCount());
        return new Round(histogram.getTotalCount() / seconds, details, failures);
    }

    private static void costOfAnOperation(Map<String, Double> details, Window window, long operations) {
        if (operations == 0) {
            return;
        }
        details.put("clientCpuMicrosPerOperation", window.client().cpuNanos() / 1e3 / operations);
        details.put("serverCpuMicrosPerOperation", window.server().cpuNanos() / 1e3 / operations);
        details.put("clientAllocatedBytesPerOperation", (double) window.client().allocatedBytes() / operations);
        details.put("serverAllocatedBytesPerOperation", (double) window.server().allocatedBytes() / operations);
    }

    /** Whether anything was done since the measured time began. */
    private interface Progress {
        boolean made() throws InterruptedException;
    }

    /** What both processes did in the measured time. */
    private record Window(Meter.Reading client, Meter.Reading server) {}

    /**
     * The measured time: {@code duration}, or longer if nothing happens in it. A machine that stalls for a whole round shall
     * give a low figure and not none.
     */
    private Window measure(RoundEvent event, Duration duration, Progress progress) throws InterruptedException {
        Meter.Reading serverBefore = server.begin(event);
        event.begin();
        Meter.Reading clientBefore = meter.read();
        pause(duration);
        while (!progress.made() && meter.read().nanos() - clientBefore.nanos() < PATIENCE_NANOS) {
            pause(duration);
        }
        Meter.Reading serverAfter = server.end();
        Meter.Reading clientAfter = meter.read();
        event.commit();
        return new Window(clientAfter.since(clientBefore), serverAfter.since(serverBefore));
    }

    private Channel open(Contender contender, Services.Service service, ChannelHandler user)
            throws InterruptedException {
        InetSocketAddress address = server.address(contender);
        var opened = contender.connect(loop, address, new Opening(service, () -> user));
        if (!opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || !opened.isSuccess()) {
            throw new Failure(
                    ExitCode.REFUSED,
                    contender.name() + " cannot connect to the server process: " + opened.cause() + ".",
                    opened.cause());
        }
        return opened.getNow();
    }

    private static void close(Channel channel) throws InterruptedException {
        channel.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T onLoop(Callable<T> task) throws InterruptedException {
        return loop.submit(task).sync().getNow();
    }

    private static void pause(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }
}
