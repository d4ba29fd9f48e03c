// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far a transfer is, in one line: a bar, the share, bytes, rate, time to go and retransmissions.
 *
 * <p>The rate is that of the last three seconds, so that it follows the link, and yet can be read.
 */
public final class ProgressLine {

    private static final long WINDOW_NANOS = 3_000_000_000L;
    private static final int BAR_CELLS = 20;
    private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

    private record Sample(long nanos, long bytes) {}

    private final Console console;
    private final String name;
    private final long size;
    private final Deque<Sample> samples = new ArrayDeque<>();

    public ProgressLine(Console console, String name, long size) {
        this.console = console;
        this.name = shorten(name);
        this.size = size;
    }

    /** Takes note of {@code moved} bytes at {@code elapsedNanos}, for the rate of a line that is shown later. */
    public void passed(long moved, long elapsedNanos) {
        samples.addLast(new Sample(elapsedNanos, moved));
        while (samples.size() > 2 && samples.peekFirst().nanos() < elapsedNanos - WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /**
     * {@return the line for {@code moved} bytes at {@code elapsedNanos}}
     *
     * @param retransmits segments sent again so far, or null if that is not known
     */
    public String at(long moved, long elapsedNanos, Long retransmits) {
        passed(moved, elapsedNanos);
        double rate = rate();
        double share = size == 0 ? 1 : (double) moved / size;
        String bar = console.isLive() ? " " + bar(share) + " " : " ";
        String figures = Units.format(
                "%3d %%  %10s  %12s  ", (int) (share * 100), Units.bytes(moved), Units.bytesPerSecond(rate));
        String resent = retransmits == null ? "" : console.dim("  " + Units.grouped(retransmits) + " resent");
        return name + bar + figures + toGo(moved, rate) + resent;
    }

    private String toGo(long moved, double rate) {
        if (moved >= size) {
            return "finishing";
        }
        return rate <= 0 ? "waiting" : "ETA " + Units.clock(secondsLeft(moved, rate));
    }

    private double rate() {
        Sample first = samples.peekFirst();
        Sample last = samples.peekLast();
        long nanos = last.nanos() - first.nanos();
        return nanos <= 0 ? 0 : (last.bytes() - first.bytes()) * 1e9 / nanos;
    }

    private long secondsLeft(long moved, double rate) {
        return (long) Math.min(359_999, Math.ceil((size - moved) / rate));
    }

    private String bar(double share) {
        int eighths = (int) Math.round(Math.min(1, share) * BAR_CELLS * 8);
        int full = eighths / 8;
        String filled = console.symbol("█".repeat(full) + EIGHTHS[eighths % 8], "#".repeat(full));
        String rest = console.symbol("░", ".").repeat(BAR_CELLS - filled.length());
        return console.cyan(filled) + console.dim(rest);
    }

    private static String shorten(String name) {
        return name.length() <= 20 ? name : name.substring(0, 9) + "..." + name.substring(name.length() - 8);
    }
}
