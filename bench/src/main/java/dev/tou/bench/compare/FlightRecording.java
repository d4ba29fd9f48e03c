// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** A flight recording of this process: the JDK's profiling settings, and more samples of allocations. */
final class FlightRecording implements AutoCloseable {

    private static final String ALLOCATION_SAMPLES = "2000/s";

    private final Recording recording;
    private final Path file;

    private FlightRecording(Recording recording, Path file) {
        this.recording = recording;
        this.file = file;
    }

    /** Begins to record; {@code file} is written by {@link #close}. */
    static FlightRecording start(Path file) {
        try {
            Recording recording = new Recording(Configuration.getConfiguration("profile"));
            recording.enable(Allocations.SAMPLE).with("throttle", ALLOCATION_SAMPLES);
            recording.enable(RoundEvent.class);
            recording.start();
            return new FlightRecording(recording, file);
        } catch (IOException | ParseException | IllegalStateException e) {
            throw new Failure(ExitCode.INTERNAL, "This JVM cannot make a flight recording: " + e + ".", e);
        }
    }

    /** {@return the file of {@code process} for what the user has called {@code file}: bench.jfr, bench-client.jfr} */
    static Path fileOf(Path file, String process) {
        if (file.getFileName() == null) {
            throw Failures.folder(file, null);
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        return file.toAbsolutePath().resolveSibling(stem + "-" + process + ".jfr");
    }

    @Override
    public void close() {
        recording.stop();
        try {
            recording.dump(file);
        } catch (IOException e) {
            throw Failures.writing(file, e);
        } finally {
            recording.close();
        }
    }
}
