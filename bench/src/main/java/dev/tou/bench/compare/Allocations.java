// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.tou.bench.Failures;
import dev.tou.bench.Units;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Which objects were made while something was measured, from the samples of a flight recording: by class, by whose class it
 * is, and by the first line outside the JDK that asked for it. Warm-ups do not count.
 */
final class Allocations {

    static final String SAMPLE = "jdk.ObjectAllocationSample";

    private static final int CLASSES_SHOWN = 12;
    private static final String UNKNOWN = "unknown";

    private static final List<String> JDK_PREFIXES = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    /** Whose a class is, or the code that makes an object. */
    enum Owner {
        TOU("tou", "dev.tou."),
        NETTY("Netty", "io.netty."),
        OTHER("the JDK and the benchmark", "");

        private final String label;
        private final String prefix;

        Owner(String label, String prefix) {
            this.label = label;
            this.prefix = prefix;
        }

        static Owner of(String className) {
            String element = className.replaceFirst("^\\[+L?", "");
            return element.startsWith("dev.tou.bench.")
                    ? OTHER // the benchmark's own handlers are the same for all transports
                    : element.startsWith(TOU.prefix) ? TOU : element.startsWith(NETTY.prefix) ? NETTY : OTHER;
        }
    }

    private record Window(Instant begin, Instant end, String name) {}

    private record Sample(Instant when, String className, String site, long weight) {}

    /** What was allocated in all windows of one name. */
    private static final class Tally {
        private final Map<String, Long> byClass = new HashMap<>();
        private final Map<String, Map<String, Long>> sites = new HashMap<>();
        private final Map<Owner, Long> byOwner = new TreeMap<>();
        private final Map<Owner, Long> bySite = new TreeMap<>();
        private Duration measured = Duration.ZERO;
        private long samples;

        void add(Sample sample) {
            samples++;
            byClass.merge(sample.className(), sample.weight(), Long::sum);
            byOwner.merge(Owner.of(sample.className()), sample.weight(), Long::sum);
            bySite.merge(Owner.of(sample.site()), sample.weight(), Long::sum);
            sites.computeIfAbsent(sample.className(), name -> new HashMap<>())
                    .merge(sample.site(), sample.weight(), Long::sum);
        }

        private String rate(Long bytes) {
            return Units.bytesPerSecond(bytes == null ? 0 : bytes * 1e9 / measured.toNanos());
        }

        private String topSite(String className) {
            return sites.get(className).entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse("");
        }

        List<String> lines(String name) {
            List<String> lines = new ArrayList<>();
            lines.add("**" + name + "**: " + samples + " samples in " + measured.toMillis() / 1000.0 + " s");
            lines.add("");
            for (Owner owner : Owner.values()) {
                lines.add("- " + owner.label + ": objects of its classes " + rate(byOwner.get(owner))
                        + ", objects that its code asked for " + rate(bySite.get(owner)));
            }
            lines.add("");
            byClass.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(CLASSES_SHOWN)
                    .forEach(entry -> lines.add(
                            "- " + entry.getKey() + "  " + rate(entry.getValue()) + "  at " + topSite(entry.getKey())));
            lines.add("");
            return lines;
        }
    }

    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    private Allocations() {}

    /** {@return the tables of {@code recording}, one for each workload and transport} */
    static List<String> read(Path recording) {
        List<Window> windows = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        try (RecordingFile events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                switch (event.getEventType().getName()) {
                    case RoundEvent.NAME -> addWindow(event, windows);
                    case SAMPLE -> samples.add(sample(event));
                    default -> {
                        // a recording has much else
                    }
                }
            }
        } catch (IOException e) {
            throw Failures.reading(recording, e);
        }
        return new Allocations().tally(windows, samples).lines();
    }

    private static void addWindow(RecordedEvent event, List<Window> windows) {
        if (event.getInt("round") > 0) {
            String name = event.getString("workload") + " " + event.getString("transport");
            windows.add(new Window(event.getStartTime(), event.getEndTime(), name));
        }
    }

    private static Sample sample(RecordedEvent event) {
        RecordedClass type = event.getClass("objectClass");
        String name = type == null ? UNKNOWN : type.getName();
        return new Sample(event.getStartTime(), name, site(event.getStackTrace()), event.getLong("weight"));
    }

    /** The JDK allocates on behalf of somebody. */
    private static String site(RecordedStackTrace trace) {
        List<RecordedFrame> frames = trace == null
                ? List.of()
                : trace.getFrames().stream().filter(Allocations::isNamed).toList();
        return frames.stream()
                .filter(frame -> !isOfJdk(frame.getMethod().getType().getName()))
                .findFirst()
                .or(() -> frames.stream().findFirst())
                .map(Allocations::describe)
                .orElse(UNKNOWN);
    }

    /** A recording can lack the name of what was unloaded, or ran when it began. */
    private static boolean isNamed(RecordedFrame frame) {
        return frame.getMethod() != null && frame.getMethod().getType() != null;
    }

    /** {@return whether the JDK brings the class: its public packages, and those that are its own} */
    static boolean isOfJdk(String className) {
        return JDK_PREFIXES.stream().anyMatch(className::startsWith);
    }

    private static String describe(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName() + ":" + frame.getLineNumber();
    }

    private Allocations tally(List<Window> windows, List<Sample> samples) {
        windows.sort(Comparator.comparing(Window::begin));
        samples.sort(Comparator.comparing(Sample::when));
        int next = 0;
        for (Window window : windows) {
            Tally tally = tallies.computeIfAbsent(window.name(), name -> new Tally());
            tally.measured = tally.measured.plus(Duration.between(window.begin(), window.end()));
            while (next < samples.size() && samples.get(next).when().isBefore(window.begin())) {
                next++;
            }
            while (next < samples.size() && !samples.get(next).when().isAfter(window.end())) {
                tally.add(samples.get(next));
                next++;
            }
        }
        return this;
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        tallies.forEach((name, tally) -> lines.addAll(tally.lines(name)));
        return lines;
    }
}
