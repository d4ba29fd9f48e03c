// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Writes figures in a line, as {@code ss -ti} does. */
final class InfoText {

    /** What is worth a word although it is zero. */
    private static final Set<TcpFigure> ALWAYS = EnumSet.of(
            TcpFigure.MSS, TcpFigure.RTO, TcpFigure.RTT, TcpFigure.CWND, TcpFigure.SEGS_OUT, TcpFigure.SEGS_IN);

    /** Written together with another. */
    private static final Set<TcpFigure> COMPANIONS = EnumSet.of(TcpFigure.RTT_VAR);

    private static final Set<TcpFigure> LIMITED = EnumSet.of(
            TcpFigure.APP_LIMITED,
            TcpFigure.RWND_LIMITED,
            TcpFigure.CWND_LIMITED,
            TcpFigure.PACING_LIMITED,
            TcpFigure.SNDBUF_LIMITED,
            TcpFigure.SMALL_LIMITED,
            TcpFigure.UDP_LIMITED);

    private static final double NANOS_PER_MILLI = 1e6;

    private final TcpInfo info;
    private final StringBuilder text = new StringBuilder(512);

    InfoText(TcpInfo info) {
        this.info = info;
        text.append(info.state()).append(' ').append(info.congestionControl());
        if (!info.options().isEmpty()) {
            text.append(' ').append(info.options());
        }
        text.append(" ca_state:").append(info.caState().label());
        text.append(" limited_by:").append(info.limit().label());
        for (TcpFigure figure : TcpFigure.values()) {
            if (isTold(figure)) {
                add(figure);
            }
        }
    }

    private boolean isTold(TcpFigure figure) {
        long value = info.get(figure);
        return !COMPANIONS.contains(figure) && value != Long.MAX_VALUE && (value != 0 || ALWAYS.contains(figure));
    }

    private void add(TcpFigure figure) {
        long value = info.get(figure);
        text.append(' ').append(figure.label());
        if (figure == TcpFigure.RTT) {
            text.append(':').append(millis(value)).append('/').append(millis(info.rttvar()));
        } else if (figure.unit() == TcpFigure.Unit.BYTES_PER_SECOND) {
            text.append(' ').append(rate(value));
        } else if (LIMITED.contains(figure)) {
            text.append(String.format(
                    Locale.ROOT, ":%sms(%.1f%%)", millis(value), 100.0 * value / Math.max(1, info.busy())));
        } else if (figure == TcpFigure.BUSY) {
            text.append(':').append(millis(value)).append("ms");
        } else {
            text.append(':').append(figure.unit() == TcpFigure.Unit.NANOSECONDS ? millis(value) : value);
        }
    }

    private static String millis(long nanos) {
        String exact = String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_MILLI);
        return exact.replaceAll("\\.?0+$", "");
    }

    // ss writes bits.
    private static String rate(long bytesPerSecond) {
        double bits = 8.0 * bytesPerSecond;
        if (bits >= 1e9) {
            return String.format(Locale.ROOT, "%.1fGbps", bits / 1e9);
        }
        return bits >= 1e6
                ? String.format(Locale.ROOT, "%.1fMbps", bits / 1e6)
                : String.format(Locale.ROOT, "%.1fkbps", bits / 1e3);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
