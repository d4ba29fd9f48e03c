// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities as people write and read them: {@code 32MiB}, {@code 5ms}, {@code 1%}, {@code 20mbit}.
 *
 * <p>The one place that knows the spelling of units, for options, profiles and reports alike. Parsing throws {@link
 * IllegalArgumentException} with a sentence for the user.
 */
public final class Units {

    private static final Pattern NUMBER_UNIT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([a-z%/]*)");

    private static final Map<String, Double> BYTES = Map.ofEntries(
            Map.entry("", 1.0),
            Map.entry("b", 1.0),
            Map.entry("k", 1024.0),
            Map.entry("m", 1024.0 * 1024),
            Map.entry("g", 1024.0 * 1024 * 1024),
            Map.entry("kib", 1024.0),
            Map.entry("mib", 1024.0 * 1024),
            Map.entry("gib", 1024.0 * 1024 * 1024),
            Map.entry("kb", 1e3),
            Map.entry("mb", 1e6),
            Map.entry("gb", 1e9));

    private static final Map<String, Double> NANOS =
            Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "min", 60e9, "h", 3600e9);

    private static final Map<String, Double> BITS_PER_SECOND =
            Map.of("bit", 1.0, "kbit", 1e3, "mbit", 1e6, "gbit", 1e9);

    private static final Map<String, Double> FRACTION = Map.of("", 1.0, "%", 0.01);

    private Units() {}

    /** {@return bytes; K, M and G are powers of 1024, KB, MB and GB powers of 1000} */
    public static long parseSize(String text) {
        return (long) parse(text, BYTES, "a size; write it like 32MiB, 10MB or 4096");
    }

    /** {@return a span of time} */
    public static Duration parseDuration(String text) {
        String form = text.matches("\\d+")
                ? "a duration, for it has no unit; write it like " + text + "s or " + text + "ms"
                : "a duration; write it like 5ms, 200us or 1.5s";
        return Duration.ofNanos((long) parse(text, NANOS, form));
    }

    /** {@return bits in a second} */
    public static long parseRate(String text) {
        return (long) parse(text, BITS_PER_SECOND, "a rate; write it like 20mbit, 500kbit or 1gbit");
    }

    /** {@return a number from 0 to 1} */
    public static double parseFraction(String text) {
        String form = "a share; write it like 1%, 0.5% or 0.01";
        double fraction = parse(text, FRACTION, form);
        if (fraction > 1) {
            boolean bare = !text.endsWith("%") && fraction <= 100;
            throw new IllegalArgumentException("\"" + text + "\" is more than 100%; "
                    + (bare ? "write it like " + text + "%" : "a share is from 0% to 100%"));
        }
        return fraction;
    }

    private static double parse(String text, Map<String, Double> units, String form) {
        Matcher matcher = NUMBER_UNIT.matcher(text.trim().toLowerCase(Locale.ROOT));
        Double factor = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (factor == null) {
            throw new IllegalArgumentException("\"" + text + "\" is not " + form);
        }
        return Double.parseDouble(matcher.group(1)) * factor;
    }

    /** {@return bytes as {@code 13.4 MiB}} */
    public static String bytes(double bytes) {
        String[] names = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < names.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? format("%.0f B", value) : format("%.1f %s", value, names[unit]);
    }

    /** {@return bytes in a second as {@code 5.1 MiB/s}} */
    public static String bytesPerSecond(double rate) {
        return bytes(rate) + "/s";
    }

    /** {@return bits in a second as {@code 42.8 Mbit/s}} */
    public static String bitsPerSecond(double rate) {
        String[] names = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
        int unit = 0;
        double value = rate;
        while (value >= 1000 && unit < names.length - 1) {
            value /= 1000;
            unit++;
        }
        return format("%.1f %s", value, names[unit]);
    }

    /** {@return nanoseconds in the unit that leaves few digits: {@code 850 us}, {@code 10.4 ms}, {@code 6.21 s}} */
    public static String nanos(double nanos) {
        if (nanos < 1e6) {
            return format("%.0f us", nanos / 1e3);
        }
        return nanos < 1e9 ? format("%.1f ms", nanos / 1e6) : format("%.2f s", nanos / 1e9);
    }

    /** {@return time to go as {@code 0:07}, {@code 12:30} or {@code 3:02:11}} */
    public static String clock(long seconds) {
        return seconds < 3600
                ? format("%d:%02d", seconds / 60, seconds % 60)
                : format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** {@return a share as {@code 1%} or {@code 0.1%}} */
    public static String percent(double fraction) {
        return BigDecimal.valueOf(Math.round(fraction * 1e6), 4)
                        .stripTrailingZeros()
                        .toPlainString()
                + "%";
    }

    /** {@return a whole number with its thousands apart: {@code 33 554 432}} */
    public static String grouped(long number) {
        return format("%,d", number).replace(',', ' ');
    }

    /** {@return a number of things of which many take an s: {@code 1 segment}, {@code 33 554 segments}} */
    public static String counted(long number, String one) {
        return counted(number, one, one + "s");
    }

    /** {@return a number of things: {@code 1 entry}, {@code 33 554 entries}} */
    public static String counted(long number, String one, String many) {
        return grouped(number) + " " + (number == 1 ? one : many);
    }

    /** {@return three digits that say something: {@code 0.12}, {@code 12.3}, {@code 98 765}} */
    public static String figure(double value) {
        double size = Math.abs(value);
        return size >= 100 ? grouped(Math.round(value)) : format(size >= 10 ? "%.1f" : "%.2f", value);
    }

    /** {@return text formatted the same way on every machine} */
    public static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
