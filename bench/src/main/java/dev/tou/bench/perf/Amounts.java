// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.Locale;

import dev.tou.bench.Units;

/** Bytes and rates in the spelling of iperf3: bytes by 1024, bits by 1000, four characters of a number. */
final class Amounts {

    private static final String PREFIXES = " KMGT";
    private static final double BYTES = 1024;
    private static final double BITS = 1000;

    private final char format;

    /** @param format one of {@code kmgt} for bits, {@code KMGT} for bytes, or 0 for bits in what leaves few digits */
    Amounts(char format) {
        this.format = format;
    }

    /** {@return bytes as {@code 1.09 GBytes}} */
    static String bytes(double bytes) {
        return scaled(bytes, BYTES, fitting(bytes, BYTES), "Bytes");
    }

    /** {@return a rate as {@code 9.39 Gbits/sec}} */
    String rate(double bitsPerSecond) {
        if (format == 0) {
            return scaled(bitsPerSecond, BITS, fitting(bitsPerSecond, BITS), "bits/sec");
        }
        boolean bytes = Character.isUpperCase(format);
        int power = PREFIXES.indexOf(String.valueOf(format).toUpperCase(Locale.ROOT));
        return bytes
                ? scaled(bitsPerSecond / 8, BYTES, power, "Bytes/sec")
                : scaled(bitsPerSecond, BITS, power, "bits/sec");
    }

    private static int fitting(double value, double base) {
        int power = 0;
        for (double rest = value; rest >= base && power < PREFIXES.length() - 1; rest /= base) {
            power++;
        }
        return power;
    }

    private static String scaled(double value, double base, int power, String unit) {
        double number = value / Math.pow(base, power);
        String pattern = number < 9.995 ? "%.2f" : number < 99.95 ? "%.1f" : "%.0f";
        return Units.format(pattern, number) + " " + (power == 0 ? "" : PREFIXES.charAt(power)) + unit;
    }
}
