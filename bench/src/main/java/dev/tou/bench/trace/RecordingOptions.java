// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Failure;
import dev.tou.bench.Range;
import dev.tou.capture.PcapNgWriter;
import picocli.CommandLine.Option;

/** What a command that makes connections writes down of them, if it is asked to. A mixin. */
public final class RecordingOptions {

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description = "Write what is on the wire to FILE, for Wireshark (pcapng).")
    private Path capture;

    @Option(
            names = "--snaplen",
            paramLabel = "BYTES",
            description = "With --capture, keep so much of each packet (default: all).")
    private Integer snapBytes;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write every decision of every connection to FILE, for \"tou plot\" (JSON lines).")
    private Path trace;

    /**
     * Opens the files that were asked for. To be closed after the channels, before the command ends.
     *
     * @throws Failure if one cannot be written
     */
    public Recording begin(CommonOptions common) {
        return Recording.begin(common, capture, mostBytes(), trace);
    }

    /**
     * Opens files of the kinds that were asked for in {@code folder} instead, under names that begin with "rehearsal", and tells
     * nobody what is in them: for connections that only warm up what the real ones need. To be closed as the real ones.
     *
     * @throws Failure if one cannot be written
     */
    public Recording rehearse(Path folder) {
        return Recording.begin(
                null,
                capture == null ? null : folder.resolve("rehearsal.pcapng"),
                mostBytes(),
                trace == null ? null : folder.resolve("rehearsal.jsonl"));
    }

    private int mostBytes() {
        int most = snapBytes == null ? PcapNgWriter.WHOLE_PACKETS : snapBytes;
        Range.require("--snaplen", most, 1, PcapNgWriter.WHOLE_PACKETS);
        return most;
    }

    /** {@return the same options, as arguments for a process that makes the connections} */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (capture != null) {
            arguments.add("--capture=" + capture.toAbsolutePath());
        }
        if (snapBytes != null) {
            arguments.add("--snaplen=" + snapBytes);
        }
        if (trace != null) {
            arguments.add("--trace=" + trace.toAbsolutePath());
        }
        return arguments;
    }
}
