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
    private static final Pattern LISTENER = Pattern.compile("^ {40,}LISTEN$");
    private static final Pattern EXCEPTION =
            Pattern.compile("application gets (?:from \\S+ )?(\\w+: .*(?:\n {11}\\S.*)*)");
    private static final Pattern CLOSED = Pattern.compile("the (\\w+)'s application .*sees its channel closed");
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d.:]*");
    private static final int MIDDLE = 20;

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
                        event.path("flags").asText(),
                        event.path("seq").asText(),
                        event.path("sack").size() > 0,
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
            boolean sack = segment.group(4).contains(" sack ");
            addSegment(right, segment.group(2), segment.group(3), sack, repetitions);
        } else if (LISTENER.matcher(line).matches()) {
            add(server, "LISTEN");
        } else if (state.matches()) {
            add(state.group(1).length() < MIDDLE ? client : server, state.group(2));
        }
    }

    private void addSegment(boolean right, String bits, String seq, boolean sack, Repetitions repetitions) {
        String flags = bits.replace("PSH,", "");
        if (!repetitions.has(right, flags, seq, sack)) {
            add(right ? toServer : toClient, flags);
        }
    }

    /** FINs that were there before, and the acknowledgments that say that one came twice (DSACK). */
    private static final class Repetitions {
        private final Set<String> fins = new HashSet<>();
        private final Map<Boolean, Integer> unanswered = new HashMap<>();

        boolean has(boolean right, String flags, String seq, boolean sack) {
            if (flags.contains("FIN") && !fins.add(right + seq)) {
                unanswered.merge(right, 1, Integer::sum);
                return true;
            }
            if (flags.equals("ACK") && sack && unanswered.getOrDefault(!right, 0) > 0) {
                unanswered.merge(!right, -1, Integer::sum);
                return true;
            }
            return false;
        }
    }

    private static void add(List<String> all, String one) {
        if (all.isEmpty() || !all.get(all.size() - 1).equals(one)) {
            all.add(one);
        }
    }
}
