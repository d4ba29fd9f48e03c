// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The links of {@code links.properties} for the simulation: {@code NamedLinks.read().up("lte")}. The head of that file
 * explains it; "tou impair" reads it, too, and a test of the command holds the two readers to each other.
 */
public final class NamedLinks {

    private static final Pattern QUANTITY = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([A-Za-z%]*)");

    private static final Map<String, Double> UNITS = Map.ofEntries(
            Map.entry("", 1.0),
            Map.entry("us", 1e3),
            Map.entry("ms", 1e6),
            Map.entry("s", 1e9),
            Map.entry("%", 0.01),
            Map.entry("kbit", 1e3),
            Map.entry("mbit", 1e6),
            Map.entry("gbit", 1e9),
            Map.entry("KiB", 1024.0),
            Map.entry("MiB", 1024.0 * 1024));

    private static final Set<String> FIGURES = Set.of(
            "delay",
            "jitter",
            "loss",
            "burst-loss",
            "reorder",
            "reorder-by",
            "duplicate",
            "corrupt",
            "rate",
            "queue",
            "mtu");

    private final Map<String, Map<String, String>> ways = new TreeMap<>();

    private NamedLinks(Properties properties) {
        for (String key : properties.stringPropertyNames()) {
            String name = key.substring(0, key.indexOf('.'));
            String figure = key.substring(key.lastIndexOf('.') + 1);
            if (figure.equals("about")) {
                continue;
            }
            if (!FIGURES.contains(figure)) {
                throw new IllegalArgumentException("the simulation has no " + key);
            }
            for (String way : Set.of("up", "down")) {
                boolean both = key.equals(name + "." + figure);
                if (both || key.equals(name + "." + way + "." + figure)) {
                    Map<String, String> figures = ways.computeIfAbsent(name + "." + way, none -> new TreeMap<>());
                    figures.merge(figure, properties.getProperty(key), (old, other) -> both ? old : other);
                }
            }
        }
    }

    /** {@return the links of this repository} */
    public static NamedLinks read() {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of("..", "links.properties"))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new NamedLinks(properties);
    }

    /** {@return what they are called} */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        ways.keySet().forEach(way -> names.add(way.substring(0, way.indexOf('.'))));
        return names;
    }

    /** {@return the way to the server} */
    public LinkProfile up(String name) {
        return way(name + ".up");
    }

    /** {@return the way to the client} */
    public LinkProfile down(String name) {
        return way(name + ".down");
    }

    private LinkProfile way(String way) {
        Map<String, String> figures = ways.get(way);
        double[] burst = burst(figures);
        LossModel loss = burst[0] == 0
                ? LossModel.bernoulli(number(figures, "loss", "0"))
                : LossModel.bursts(burst[0], burst[1], number(figures, "loss", "0"));
        LinkProfile profile = LinkProfile.IDEAL
                .delay(time(figures, "delay", "0"))
                .jitter(time(figures, "jitter", "0"))
                .loss(loss)
                .reorderingUpTo(number(figures, "reorder", "0"), time(figures, "reorder-by", "2ms"))
                .duplication(number(figures, "duplicate", "0"))
                .corruption(number(figures, "corrupt", "0"));
        double rate = number(figures, "rate", "0");
        if (rate > 0) {
            profile = profile.rate((long) rate, (int) number(figures, "queue", "256KiB"));
        }
        return figures.containsKey("mtu") ? profile.mtu((int) number(figures, "mtu", "")) : profile;
    }

    private static double[] burst(Map<String, String> figures) {
        String[] parts = figures.getOrDefault("burst-loss", "0/1").split("/");
        return new double[] {quantity(parts[0]), quantity(parts[1])};
    }

    private static Duration time(Map<String, String> figures, String name, String usual) {
        return Duration.ofNanos((long) number(figures, name, usual));
    }

    private static double number(Map<String, String> figures, String name, String usual) {
        return quantity(figures.getOrDefault(name, usual));
    }

    private static double quantity(String text) {
        Matcher matcher = QUANTITY.matcher(text.strip());
        Double unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("not a quantity of a link: " + text);
        }
        return Double.parseDouble(matcher.group(1)) * unit;
    }

    /** {@return what this reader has understood, in base units, by {@code NAME.up} and {@code NAME.down}} */
    public Map<String, String> figures() {
        Map<String, String> all = new TreeMap<>();
        for (String way : ways.keySet()) {
            LinkProfile link = way(way);
            all.put(
                    way,
                    String.format(
                            Locale.ROOT,
                            "delay %d ns, jitter %d ns, loss %.9f, bad after %.9f for %.9f, late %.9f by %d ns, twice %.9f,"
                                    + " corrupt %.9f, rate %d, queue %d, mtu %d",
                            link.delayNanos(),
                            link.jitterNanos(),
                            link.loss().lossInGood(),
                            link.loss().goodToBad(),
                            link.loss().badToGood(),
                            link.reorderProbability(),
                            link.reorderDelayNanos(),
                            link.duplicateProbability(),
                            link.corruptProbability(),
                            link.bitsPerSecond(),
                            link.bitsPerSecond() == 0 ? 0 : link.queueBytes(),
                            link.mtu()));
        }
        return all;
    }
}
