// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import dev.tou.capture.Capture;
import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.TransportListenerFactory;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;

/**
 * The files that a command writes about its connections: a capture, a trace, both or none. They end with {@link #close}, or when
 * the process is interrupted.
 */
public final class Recording implements AutoCloseable {

    /** Writes down nothing. */
    public static final Recording NONE = new Recording(null, null, null, null, null);

    private final CommonOptions common;
    private final Path captureFile;
    private final Capture capture;
    private final Path traceFile;
    private final TraceWriter trace;
    private final Interruption interruption;
    private boolean told;

    private Recording(CommonOptions common, Path captureFile, Capture capture, Path traceFile, TraceWriter trace) {
        this.common = common;
        this.captureFile = captureFile;
        this.capture = capture;
        this.traceFile = traceFile;
        this.trace = trace;
        interruption = capture == null && trace == null ? null : Interruption.onInterrupt(this::end);
    }

    /**
     * Opens files, each unless it is null.
     *
     * @param common of the command that tells what is in them at the end; null to tell nobody
     * @throws Failure if one cannot be written
     */
    static Recording begin(CommonOptions common, Path captureFile, int snapBytes, Path traceFile) {
        if (captureFile == null && traceFile == null) {
            return NONE;
        }
        Capture capture = null;
        Path file = captureFile;
        try {
            capture = captureFile == null ? null : Capture.open(captureFile, snapBytes);
            file = traceFile;
            TraceWriter trace = traceFile == null ? null : TraceWriter.open(traceFile);
            return new Recording(common, captureFile, capture, traceFile, trace);
        } catch (IOException e) {
            closeQuietly(capture);
            throw Failures.writing(file, e);
        }
    }

    private static void closeQuietly(Closeable file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // the failure that is under way says more
        }
    }

    /** Has connections written down that are opened with the bootstrap. {@return the bootstrap} */
    public Bootstrap on(Bootstrap client) {
        return on(client, trace == null ? null : trace.active());
    }

    /** Has connections written down that are accepted with the bootstrap. {@return the bootstrap} */
    public ServerBootstrap on(ServerBootstrap server) {
        return on(server, trace == null ? null : trace.passive());
    }

    private <B extends AbstractBootstrap<B, ?>> B on(B bootstrap, TransportListenerFactory listeners) {
        if (capture != null) {
            bootstrap.option(TouChannelOption.UDP_PIPELINE, capture);
        }
        if (listeners != null) {
            bootstrap.option(TouChannelOption.TRANSPORT_LISTENER, listeners);
        }
        return bootstrap;
    }

    /**
     * Ends the files, and tells what is in them.
     *
     * @throws Failure if one could not be written to its end
     */
    @Override
    public void close() {
        if (interruption != null) {
            interruption.close();
            end();
        }
    }

    private synchronized void end() {
        if (told) {
            return;
        }
        told = true;
        Failure failure = null;
        if (capture != null) {
            failure = end(capture, captureFile, null);
            tell("captured", captureFile, "datagrams", capture.written(), capture.dropped(), capture.failure());
        }
        if (trace != null) {
            failure = end(trace, traceFile, failure);
            tell("traced", traceFile, "events", trace.written(), trace.dropped(), trace.failure());
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static Failure end(Closeable file, Path path, Failure before) {
        try {
            file.close();
            return before;
        } catch (IOException e) {
            return before != null ? before : Failures.breakingOff(path, e);
        }
    }

    private void tell(String event, Path file, String what, long written, long dropped, IOException failure) {
        if (common == null) {
            return;
        }
        common.lines().emit(event, JsonLines.fields("file", file.toString(), what, written, "dropped", dropped));
        if (!common.json()) {
            common.console().note(file + ": " + Units.grouped(written) + " " + what + missing(dropped, failure));
        }
    }

    /** {@return what to say behind the number of what is in a file, of what is not} */
    static String missing(long dropped, IOException failure) {
        if (failure != null) {
            return "; it is not complete: " + failure.getMessage();
        }
        return dropped == 0
                ? ""
                : "; " + Units.grouped(dropped) + " more are missing, they came faster than the disk writes";
    }
}
