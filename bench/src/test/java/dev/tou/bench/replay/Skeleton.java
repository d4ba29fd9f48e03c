// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What must be the same whenever a scenario is played: the flags in each direction and the states of each end, in order. Without
 * repetitions and what answers them, because a busy machine makes them, and without their interleaving. And the first sentence of
 * each exception, with any numbers; and whose channels are closed.
 *
 * <p>What comes twice, and what may answer that, is marked {@value #EXTRA}. It may be the very thing that a scenario shows, so
 * {@link #beside} says whether it is too many.
 */
record Skeleton(
        List<String> toServer,
        List<String> toClient,
        List<String> client,
        List<String> server,
        List<String> exceptions,
        List<String> closed) {

    private static final Pattern SEGMENT =
            Pattern.compile("^ +\\d+\\.\\d{3} +(-->|--x|--\\||==>|<--|x--|\\|--|<==) +([A-Z,]+|none) +seq (\\d+) (.*)");
    private static final Pattern STATE = Pattern.compile("^ +\\d+\\.\\d{3}( +)([A-Z0-9-]+)$");
    private static final Pattern CONNECTED = Pattern.compile("^ +ESTABLISHED +ESTABLISHED$");
    private static final Pattern LISTENER = Pattern.compile("^ {40,}LISTEN$");
    private static final Pattern EXCEPTION =
            Pattern.compile("application gets (?:from \\S+ )?(\\w+: .*(?:\n {11}\\S.*)*)");
    private static final Pattern CLOSED = Pattern.compile("the (\\w+)'s application .*sees its channel closed");
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d.:]*");
    private static final Pattern ACK = Pattern.compile("\\back (\\d+)");
    private static final Pattern LENGTH = Pattern.compile("\\blen (\\d+)");
    private static final int MIDDLE = 20;
    private static final String EXTRA = " (again, or an answer to that)";

    static Skeleton of(String output) {
        Skeleton skeleton = new Skeleton(
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                exceptionsIn(output),
                closedIn(output));
        Repetitions repetitions = new Repetitions();
        output.lines().forEach(line -> skeleton.add(line, repetitions));
        return skeleton;
    }

    /** {@return this, without those of the marked segments that {@code document} has not} */
    Skeleton beside(Skeleton document) {
        return new Skeleton(
                beside(toServer, document.toServer),
                beside(toClient, document.toClient),
                client,
                server,
                exceptions,
                closed);
    }

    /** {@return the flags alone} */
    Skeleton plain() {
        return new Skeleton(plain(toServer), plain(toClient), client, server, exceptions, closed);
    }

    private static List<String> plain(List<String> segments) {
        List<String> plain = new ArrayList<>();
        segments.forEach(segment -> add(plain, segment.replace(EXTRA, "")));
        return plain;
    }

    /** {@return {@code wanted}, if it is what is left when some of the marked ones are left out of {@code seen}; else all of {@code seen}} */
    private static List<String> beside(List<String> seen, List<String> wanted) {
        Set<Integer> places = Set.of(0); // up to which of the wanted ones all may have been seen
        for (String segment : seen) {
            String flags = segment.replace(EXTRA, "");
            Set<Integer> next = new HashSet<>(segment.endsWith(EXTRA) ? places : Set.of());
            for (int place : places) {
                if (place > 0 && wanted.get(place - 1).equals(flags)) {
                    next.add(place);
                }
                if (place < wanted.size() && wanted.get(place).equals(flags)) {
                    next.add(place + 1);
                }
            }
            places = next;
        }
        return places.contains(wanted.size()) ? wanted : plain(seen);
    }

    /** {@return that of what {@code -J} prints, from where it is on stage; what applications see is left out} */
    static Skeleton of(List<JsonNode> trace) {
        Skeleton skeleton = empty();
        Repetitions repetitions = new Repetitions();
        boolean offstage = false;
        for (JsonNode event : trace) {
            String kind = event.path("event").asText();
            offstage = kind.equals("offstage") || offstage && !kind.equals("onstage");
            if (kind.equals("onstage")) {
                skeleton = empty();
            } else if (kind.equals("segment") && !offstage) {
                skeleton.addSegment(
                        event.path("to").asText().equals("server"),
                        new Segment(
                                event.path("flags").asText().replace("PSH,", ""),
                                event.path("seq").asLong(),
                                event.path("ack").asLong(),
                                event.path("textBytes").asInt(),
                                event.path("sack").size() > 0),
                        repetitions);
            } else if (kind.equals("listens")) {
                add(skeleton.server, "LISTEN");
            } else if (kind.equals("state") && !event.path("cause").asText().equals("PASSIVE_OPEN")) {
                boolean client = event.path("end").asText().equals("client");
                add(
                        client ? skeleton.client : skeleton.server,
                        event.path("state").asText().replace('_', '-'));
            }
        }
        return skeleton;
    }

    private static Skeleton empty() {
        return new Skeleton(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), List.of(), List.of());
    }

    private static List<String> exceptionsIn(String output) {
        return EXCEPTION
                .matcher(output)
                .results()
                .map(match -> match.group(1).replaceAll("\n *", " "))
                .map(text -> NUMBER.matcher(text).replaceAll("#").replaceFirst("\\. .*", ""))
                .toList();
    }

    private static List<String> closedIn(String output) {
        return CLOSED.matcher(output)
                .results()
                .map(match -> match.group(1))
                .sorted()
                .toList();
    }

    private void add(String line, Repetitions repetitions) {
        Matcher segment = SEGMENT.matcher(line);
        Matcher state = STATE.matcher(line);
        if (segment.matches()) {
            boolean right = segment.group(1).startsWith("-") || segment.group(1).endsWith(">");
            String rest = segment.group(4);
            addSegment(
                    right,
                    new Segment(
                            segment.group(2).replace("PSH,", ""),
                            Long.parseLong(segment.group(3)),
                            number(ACK, rest),
                            (int) number(LENGTH, rest),
                            rest.contains(" sack ")),
                    repetitions);
        } else if (CONNECTED.matcher(line).matches()) {
            repetitions.begun();
        } else if (LISTENER.matcher(line).matches()) {
            add(server, "LISTEN");
        } else if (state.matches()) {
            add(state.group(1).length() < MIDDLE ? client : server, state.group(2));
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher number = pattern.matcher(text);
        return number.find() ? Long.parseLong(number.group(1)) : 0;
    }

    private void addSegment(boolean right, Segment segment, Repetitions repetitions) {
        if (!repetitions.has(right, segment)) {
            String extra = repetitions.mayHaveDrawn(right, segment) ? EXTRA : "";
            add(right ? toServer : toClient, segment.flags() + extra);
        }
    }

    /** A segment on the wire; its flags without PSH. */
    private record Segment(String flags, long seq, long ack, int textBytes, boolean sack) {

        boolean hasNumber() {
            return textBytes > 0 || flags.contains("SYN") || flags.contains("FIN");
        }

        long end() {
            return seq + textBytes + (flags.contains("SYN") ? 1 : 0) + (flags.contains("FIN") ? 1 : 0);
        }
    }

    /** What was there before, and what may only be an answer to that. FINs that were there are none again. */
    private static final class Repetitions {
        private final Set<String> fins = new HashSet<>();
        private final Map<Boolean, Long> sent = new HashMap<>();
        private final Map<Boolean, Long> acknowledged = new HashMap<>();

        /** In which directions something has gone that may draw an answer, though nobody needs one. */
        private final Set<Boolean> needless = new HashSet<>();

        private boolean handshakeBefore;

        /** The handshake was before the scene; there, too, something may have come twice, and be answered now. */
        void begun() {
            handshakeBefore = true;
        }

        boolean has(boolean right, Segment segment) {
            if (segment.flags().contains("FIN") && !fins.add(right + " " + segment.end())) {
                needless.add(right);
                return true;
            }
            return false;
        }

        /** {@return whether it repeats what went this way before, or may only be an answer to a repetition that went the other way} */
        boolean mayHaveDrawn(boolean right, Segment segment) {
            boolean nothingNew =
                    segment.hasNumber() ? segment.end() <= sent.getOrDefault(right, -1L) : isAnswer(right, segment);
            if (segment.flags().equals("SYN")) {
                sent.remove(!right); // perhaps of another connection
                acknowledged.clear();
            }
            sent.merge(right, segment.end(), Math::max);
            acknowledged.merge(right, segment.ack(), Math::max);
            if (nothingNew) {
                needless.add(right);
            }
            return nothingNew;
        }

        private boolean isAnswer(boolean right, Segment segment) {
            if (segment.flags().equals("ACK") && right && handshakeBefore && segment.ack() == 1) {
                return true;
            }
            return needless.contains(!right)
                    && (segment.flags().startsWith("RST")
                            || segment.sack()
                            || segment.ack() <= acknowledged.getOrDefault(right, -1L));
        }
    }

    private static void add(List<String> all, String one) {
        if (all.isEmpty() || !all.get(all.size() - 1).equals(one)) {
            all.add(one);
        }
    }
}
