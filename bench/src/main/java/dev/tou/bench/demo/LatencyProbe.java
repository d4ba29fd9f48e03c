// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Sends requests at a fixed rate, whatever becomes of the earlier ones, and measures each from the moment at which it was
 * to be sent. So a stall counts for every request that it delayed, not only for the first (no coordinated omission).
 */
final class LatencyProbe {

    static final int MESSAGE_BYTES = 256;

    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PATIENCE_SECONDS = 10;

    private final int perSecond;
    private final int count;
    private final Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    private final CompletableFuture<Histogram> outcome = new CompletableFuture<>();

    LatencyProbe(int perSecond, int count) {
        this.perSecond = perSecond;
        this.count = count;
    }

    /** {@return the latencies in nanoseconds; blocking} */
    Histogram run(Transports.Io io, HostAndPort target) {
        EventLoopGroup group = Transports.group(io, 1, "tou-probe");
        try {
            new Bootstrap()
                    .group(group)
                    .channel(Transports.socketChannel())
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline()
                                    .addLast(new FixedLengthFrameDecoder(MESSAGE_BYTES))
                                    .addLast(new Requester());
                        }
                    })
                    .connect(target.unresolved())
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            outcome.completeExceptionally(Failures.connecting(target, connected.cause()));
                        }
                    });
            return outcome.get(count / perSecond + PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Failure(
                    ExitCode.INVALID_MEASUREMENT,
                    "Only " + histogram.getTotalCount() + " of " + count + " requests were answered in time.",
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure known
                    ? known
                    : new Failure(ExitCode.INTERNAL, "The latency probe failed: " + e.getCause() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "Interrupted.", e);
        } finally {
            Transports.shutdown(group);
        }
    }

    /** Sends what is due and takes what comes back, in the event loop. */
    private final class Requester extends SimpleChannelInboundHandler<ByteBuf> {

        private final long intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        private long startNanos;
        private int sent;
        private int answered;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.write(ctx.alloc().buffer(4).writeInt(ServiceSelector.ECHO));
            startNanos = System.nanoTime();
            sendDue(ctx);
            ctx.fireChannelActive();
        }

        private long intendedNanos(long request) {
            return startNanos + request * intervalNanos;
        }

        private void sendDue(ChannelHandlerContext ctx) {
            long now = System.nanoTime();
            while (sent < count && intendedNanos(sent) - now <= 0) {
                ctx.write(ctx.alloc().buffer(MESSAGE_BYTES).writeLong(sent).writeZero(MESSAGE_BYTES - Long.BYTES));
                sent++;
            }
            ctx.flush();
            if (sent < count && ctx.channel().isActive()) {
                long wait = intendedNanos(sent) - System.nanoTime();
                ctx.executor().schedule(() -> sendDue(ctx), Math.max(0, wait), TimeUnit.NANOSECONDS);
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf answer) {
            long latency = System.nanoTime() - intendedNanos(answered);
            if (answer.getLong(answer.readerIndex()) != answered) {
                fail(
                        ctx,
                        new Failure(
                                ExitCode.INTEGRITY, "An answer is not the one that was due; the stream is damaged."));
                return;
            }
            histogram.recordValue(Math.min(latency, HIGHEST_NANOS));
            answered++;
            if (answered == count) {
                outcome.complete(histogram);
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(ctx, new Failure(ExitCode.RESET, "The server closed the connection of the latency probe."));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(ctx, new Failure(ExitCode.RESET, "The connection of the latency probe broke: " + cause + ".", cause));
        }

        private void fail(ChannelHandlerContext ctx, Failure failure) {
            outcome.completeExceptionally(failure);
            ctx.close();
        }
    }

    /** Writes {@code histogram} as {@code latency.hlog} (for tools) and {@code latency.hgrm} (for people). */
    static void write(Histogram histogram, Path folder) throws IOException {
        long now = System.currentTimeMillis();
        histogram.setStartTimeStamp(now);
        histogram.setEndTimeStamp(now);
        try (OutputStream out = Files.newOutputStream(folder.resolve("latency.hlog"))) {
            HistogramLogWriter log = new HistogramLogWriter(out);
            log.outputComment("[latency of requests of " + MESSAGE_BYTES
                    + " bytes, in nanoseconds, from the intended send time]");
            log.outputLogFormatVersion();
            log.outputStartTime(now);
            log.outputLegend();
            log.outputIntervalHistogram(histogram);
        }
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(folder.resolve("latency.hgrm")), false, StandardCharsets.UTF_8)) {
            histogram.outputPercentileDistribution(out, 5, 1e6); // milliseconds
        }
    }
}
