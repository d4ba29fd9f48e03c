// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import dev.tou.bench.Units;

/** What a link can have, with the name under which options, {@code --up} and link files know it. Times in nanoseconds. */
enum LinkFigure {
    DELAY("delay", 0, LinkFigure::time),
    JITTER("jitter", 0, LinkFigure::time),
    LOSS("loss", 0, Units::parseFraction),

    /** The share that is lost in bursts; {@link #BURST_LENGTH} is written behind it. */
    BURST_LOSS("burst-loss", 0, Units::parseFraction),
    BURST_LENGTH(null, 1, LinkFigure::datagrams),
    REORDER("reorder", 0, Units::parseFraction),
    REORDER_BY("reorder-by", 2e6, LinkFigure::time),
    DUPLICATE("duplicate", 0, Units::parseFraction),
    CORRUPT("corrupt", 0, Units::parseFraction),
    CORRUPT_UNDETECTED("corrupt-undetected", 0, Units::parseFraction),

    /** Bits in a second, counting IP packets; 0 for no limit. */
    RATE("rate", 0, Units::parseRate),

    /** Bytes of IP packets. */
    QUEUE("queue", 256 << 10, Units::parseSize),

    /** The largest IP packet; 0 for any. */
    MTU("mtu", 0, LinkFigure::mtu);

    /** The least MTU of a link, RFC 791 section 3.2: what every IPv4 host can send without fragments. */
    private static final int LEAST_MTU_BYTES = 68;

    private static final int MOST_MTU_BYTES = 65_535;

    private final String key;
    private final double usual;
    private final ToDoubleFunction<String> parser;

    LinkFigure(String key, double usual, ToDoubleFunction<String> parser) {
        this.key = key;
        this.usual = usual;
        this.parser = parser;
    }

    /** {@return the figure of this name} */
    static LinkFigure of(String name) {
        for (LinkFigure figure : values()) {
            if (name.equals(figure.key)) {
                return figure;
            }
        }
        String last = MTU.key;
        throw new IllegalArgumentException("A link has no \"" + name + "\"; it has "
                + Arrays.stream(values())
                        .filter(figure -> figure.key != null && figure != MTU)
                        .map(figure -> figure.key)
                        .collect(Collectors.joining(", "))
                + " and " + last);
    }

    /** {@return its name for users, or null if it has none} */
    String key() {
        return key;
    }

    /** {@return the value in a link of which nothing is said} */
    double usual() {
        return usual;
    }

    /** {@return the value that {@code text} stands for} */
    double parse(String text) {
        return parser.applyAsDouble(text);
    }

    private static double time(String text) {
        return Units.parseDuration(text).toNanos();
    }

    private static double datagrams(String text) {
        if (!text.matches("[0-9]+(\\.[0-9]+)?") || Double.parseDouble(text) < 1) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not the mean length of a burst; give 1 or more datagrams, like 1%/8");
        }
        return Double.parseDouble(text);
    }

    private static double mtu(String text) {
        long bytes = Units.parseSize(text);
        if (bytes < LEAST_MTU_BYTES || bytes > MOST_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an MTU; give bytes from " + LEAST_MTU_BYTES + " to " + MOST_MTU_BYTES);
        }
        return bytes;
    }
}
