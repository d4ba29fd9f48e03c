// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/** What a file is, by what it begins with and not by its name. */
enum FileKind {
    TRACE(""),
    LATENCIES(""),
    EMPTY("is empty; "),
    CAPTURE("is a capture, which Wireshark opens; "),
    OTHER("is neither a trace nor a log of latencies; ");

    /** More than the comments at the head of a log ever have. */
    private static final int LOOK_BYTES = 1 << 14;

    private static final List<Integer> CAPTURES =
            List.of(0x0A0D0D0A, 0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1); // pcapng, and pcap in its four ways

    /** The first words of a log of HdrHistogram, as its writers have them. */
    private static final Pattern FORMAT = Pattern.compile("#\\[Histogram log format version .*");

    private static final Pattern LEGEND = Pattern.compile("\"StartTimestamp\",.*");

    /** When it began, how long it took, its maximum, and the histogram, compressed and in Base64, perhaps cut off here. */
    private static final Pattern INTERVAL =
            Pattern.compile("(Tag=[^, ]*[, ])?(-?[0-9.]+[, ]){3}HIST[A-Za-z0-9+/]*={0,2}");

    private final String problem;

    FileKind(String problem) {
        this.problem = problem;
    }

    /** {@return what {@code in} has, which supports mark and is left where it was} */
    static FileKind of(InputStream in) throws IOException {
        in.mark(LOOK_BYTES);
        byte[] head = in.readNBytes(LOOK_BYTES);
        in.reset();
        if (head.length == 0) {
            return EMPTY;
        }
        if (head.length >= Integer.BYTES
                && CAPTURES.contains(ByteBuffer.wrap(head).getInt())) {
            return CAPTURE;
        }
        String text = new String(head, StandardCharsets.UTF_8);
        if (text.stripLeading().startsWith("{")) {
            return TRACE; // or other JSON, which its reader tells
        }
        return isLog(text) ? LATENCIES : OTHER;
    }

    /** Comments may come first; of what is none, the first line tells. Without any, the version has to be there. */
    private static boolean isLog(String text) {
        for (String line : text.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                return LEGEND.matcher(line).matches() || INTERVAL.matcher(line).matches();
            }
        }
        return text.lines().anyMatch(line -> FORMAT.matcher(line).matches());
    }

    /** {@return whether there is something to draw in such a file} */
    boolean isDrawn() {
        return problem.isEmpty();
    }

    /** {@return what to say of {@code file}, which is of this kind} */
    Failure failure(Path file) {
        return new Failure(
                ExitCode.UNREADABLE, file + " " + problem + "give a file that --trace or \"tou ping --hlog\" wrote.");
    }
}
