// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ConnectionReport;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Transports;
import dev.tou.bench.trace.Recording;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.timeout.IdleStateHandler;

/** One file on its way to one receiver. */
public final class FileSender implements AutoCloseable {

    /**
     * What a finished transfer was.
     *
     * @param digest the same at both ends
     * @param bytes in the file
     * @param resumedAt bytes that the receiver had from an earlier transfer
     * @param nanos from connecting to the receiver's verdict
     * @param connection what the connection said about itself when the verdict came, before it was closed
     */
    public record Sent(Sha256 digest, long bytes, long resumedAt, long nanos, ConnectionReport connection) {

        /** {@return the same, with a later word of the connection about itself} */
        public Sent with(ConnectionReport later) {
            return new Sent(digest, bytes, resumedAt, nanos, later);
        }

        /** {@return the same as the fields of a JSON line} */
        public Map<String, Object> fields() {
            return JsonLines.fields(
                    "bytes", bytes,
                    "resumedAt", resumedAt,
                    "nanos", nanos,
                    "sha256", digest.hex(),
                    "connection", connection);
        }
    }

    private final EventLoopGroup group;
    private final SourceFile file;
    private final TransferProgress progress;
    private final CompletableFuture<Sent> outcome = new CompletableFuture<>();
    private SendHandler handler;
    private Channel channel;

    private FileSender(EventLoopGroup group, SourceFile file, TransferProgress progress) {
        this.group = group;
        this.file = file;
        this.progress = progress;
    }

    /**
     * Opens the file, and starts to connect and to send: from where the receiver's copy ends, if there is one.
     *
     * @param name what the receiver is to call it, or null for its own name
     * @param timeout how long to wait for the connection, and for any sign of life later
     * @throws dev.tou.bench.Failure if the file cannot be read
     */
    public static FileSender start(Transports.Io io, Path path, String name, HostAndPort target, Duration timeout) {
        return start(io, path, name, target, timeout, false, Recording.NONE);
    }

    /**
     * The same, written down by a recording, which is to be closed later.
     *
     * @param anew whether to begin at the first byte, whatever the receiver has
     */
    public static FileSender start(
            Transports.Io io,
            Path path,
            String name,
            HostAndPort target,
            Duration timeout,
            boolean anew,
            Recording recording) {
        SourceFile file = SourceFile.open(path);
        String called = name == null ? file.name() : name;
        TransferProgress progress = new TransferProgress(called, file.size(), target);
        FileSender sender = new FileSender(Transports.group(io, 1, "tou-send"), file, progress);
        sender.connect(target, timeout, anew, recording);
        return sender;
    }

    /** Throws the {@link dev.tou.bench.Failure} that {@link #start} would, if {@code path} cannot be sent. */
    public static void requireReadable(Path path) {
        SourceFile.open(path).close();
    }

    private void connect(HostAndPort target, Duration timeout, boolean anew, Recording recording) {
        handler = new SendHandler(file, progress.name(), target, timeout, anew, progress, outcome);
        ChannelFuture connected = recording
                .on(new Bootstrap())
                .group(group)
                .channel(Transports.socketChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new IdleStateHandler(true, 0, 0, timeout.toMillis(), TimeUnit.MILLISECONDS))
                                .addLast(new ReplyDecoder())
                                .addLast(handler);
                    }
                })
                .connect(target.unresolved());
        channel = connected.channel();
        connected.addListener(future -> {
            if (!future.isSuccess()) {
                outcome.completeExceptionally(Failures.connecting(target, "tou receive", future.cause()));
            }
        });
    }

    /** {@return how far it is} */
    public TransferProgress progress() {
        return progress;
    }

    /** {@return how it ends: what was sent, or a {@link dev.tou.bench.Failure}} */
    public CompletableFuture<Sent> outcome() {
        return outcome;
    }

    /** {@return what the connection says about itself; after {@link #close} that has the repetitions of its FIN in it, too} */
    public ConnectionReport connection() {
        return ConnectionReport.of(channel);
    }

    @Override
    public void close() {
        try {
            handler.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Transports.shutdown(group, channel);
        file.close();
    }
}
