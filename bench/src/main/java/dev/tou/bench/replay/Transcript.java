// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/**
 * Everything that has happened in a scenario. It is shown as it happens, and the scenario waits here for what must follow.
 *
 * <p>Told by the wire's threads and the event loops, asked by the scenario's thread. For each source there is a place up to which
 * the scenario has read, so what it expects it must expect in order.
 */
final class Transcript {

    private final Page page;
    private final List<Event> events = new ArrayList<>();
    private final Map<Source, Integer> read = new EnumMap<>(Source.class);
    private long beginNanos = System.nanoTime();
    private Duration patience = Duration.ofSeconds(30);
    private boolean ended;

    Transcript(Page page) {
        this.page = page;
    }

    /** How long {@link #await} waits for a thing. */
    void patience(Duration time) {
        patience = time;
    }

    // --- what happens ---

    /** A segment leaves. Where it arrives at once nothing can come between. */
    synchronized void segment(Source direction, WireSegment segment, Fate fate, boolean arrivesAtOnce) {
        Event event = new Event(direction, now(), segment, null, null, null);
        add(event, () -> {
            page.segment(event, fate);
            if (arrivesAtOnce) {
                page.arrival(event);
            }
        });
    }

    /** A segment that was told of reaches the other end. Nobody waits for that. */
    synchronized void arrival(Source direction, WireSegment segment) {
        if (!ended) {
            page.arrival(new Event(direction, now(), segment, null, null, null));
        }
    }

    synchronized void listens(Source end) {
        page.listens(end);
    }

    synchronized void state(Source end, TcpEvent cause, TcpState state) {
        Event event = new Event(end, now(), null, cause, state, null);
        add(event, () -> page.state(event));
    }

    synchronized void words(Source end, String words) {
        Event event = new Event(end, now(), null, null, null, words);
        add(event, () -> page.words(event));
    }

    /** Says what the scenario does. */
    synchronized void say(String sentence) {
        page.say(sentence);
    }

    /** What happens now is not what the scenario is about. */
    synchronized void offstage() {
        page.offstage();
    }

    /** From now on it is, and time begins. */
    synchronized void onstage() {
        page.onstage();
        beginNanos = System.nanoTime();
    }

    /** Sequence numbers are shown as they are on the wire. */
    synchronized void absoluteNumbers() {
        page.absoluteNumbers();
    }

    /** Segments are not shown one by one, because they are many. */
    synchronized void hideSegments() {
        page.hideSegments();
    }

    /** The timestamps of the client are shown, too. */
    synchronized void showTimestamps() {
        page.showTimestamps();
    }

    /** Nothing that happens from now on belongs to the scenario. */
    synchronized void end() {
        ended = true;
    }

    private void add(Event event, Runnable show) {
        if (!ended) {
            show.run();
            events.add(event);
            notifyAll();
        }
    }

    /** {@return the time since the scenario began} */
    synchronized long now() {
        return System.nanoTime() - beginNanos;
    }

    // --- what the scenario waits for ---

    /**
     * {@return the next event of {@code source} that is {@code wanted}}
     *
     * @param what completes "not seen" if it does not come
     */
    synchronized Event await(Source source, String what, Predicate<Event> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            for (int i = read.getOrDefault(source, 0); i < events.size(); i++) {
                Event event = events.get(i);
                if (event.source() == source && wanted.test(event)) {
                    read.put(source, i + 1);
                    return event;
                }
            }
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw NotSeen.of(what + ", in " + patience.toSeconds() + " s");
            }
            wait(leftMillis);
        }
    }

    /** Waits for {@code time}, in which {@code source} may show nothing that is {@code unwanted}, nor may it have before. */
    synchronized void awaitNothing(Source source, Duration time, String what, Predicate<Event> unwanted)
            throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            int from = read.getOrDefault(source, 0);
            boolean any = events.subList(from, events.size()).stream()
                    .anyMatch(event -> event.source() == source && unwanted.test(event));
            if (any) {
                throw NotSeen.of(what);
            }
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return;
            }
            wait(leftMillis);
        }
    }

    /** {@return everything of one source so far} */
    synchronized List<Event> of(Source source) {
        return events.stream().filter(event -> event.source() == source).toList();
    }
}
