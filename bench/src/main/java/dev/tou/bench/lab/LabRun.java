// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;

/**
 * The order of a comparison: for each link a server and a router anew, a client that measures, then what the router has
 * counted. Every file that a measurement leaves is kept in the folder of the report.
 */
final class LabRun implements AutoCloseable {

    /**
     * What one measurement over one link has left.
     *
     * @param exit of the client
     * @param figures that it has printed; missing if it has not come to that
     * @param router what the relay has counted; missing if it was none
     */
    record Result(String link, Measurement measurement, int exit, JsonNode figures, JsonNode router) {}

    private static final String CLIENT = "tou-lab-client";
    private static final int MOST_TRIES = 10;
    private static final int MOST_LOOKS = 120;
    private static final int BETWEEN_LOOKS_MILLIS = 500;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Compose compose;
    private final LabPlan plan;
    private final Consumer<String> progress;

    LabRun(Compose compose, LabPlan plan, Consumer<String> progress) {
        this.compose = compose;
        this.plan = plan;
        this.progress = progress;
    }

    List<Result> run() throws InterruptedException {
        if (plan.build()) {
            progress.accept("the image, which takes minutes where it is not the one of last time");
            Map<String, String> environment = environment(plan.links().get(0), Measurement.LATENCY);
            compose.require("build the image", compose.compose(environment, "build", "server", "router"));
        }
        List<Result> results = new ArrayList<>();
        for (String link : plan.links()) {
            for (Measurement measurement : Measurement.values()) {
                progress.accept(link + ": " + measurement.file());
                results.add(measure(link, measurement));
            }
        }
        return results;
    }

    private Result measure(String link, Measurement measurement) throws InterruptedException {
        Map<String, String> environment = environment(link, measurement);
        compose.require(
                "start the server and the router",
                compose.compose(environment, "up", "-d", "--force-recreate", "server", "router"));
        awaitRouter(environment);
        String name = link + "-" + measurement.file();
        Compose.Outcome client = client(environment, measurement);
        save(name + ".json", client.out());
        if (measurement == Measurement.LATENCY) {
            compose.docker(
                    "cp",
                    CLIENT + ":" + Measurement.HLOG,
                    plan.folder().resolve(name + ".hlog").toString());
        }
        compose.docker("rm", "-f", CLIENT);
        String router = router(environment);
        save(name + "-router.json", router);
        return new Result(
                link, measurement, client.exit(), last(client.out(), measurement), lastEvent(router, "impair"));
    }

    private Map<String, String> environment(String link, Measurement measurement) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("LINK", link);
        boolean counts = plan.impair() == LabPlan.Impair.RELAY;
        environment.put("LINK_FLAGS", (plan.linkFlags() + (counts ? " -J" : "")).strip());
        environment.put("SEED", String.valueOf(plan.seed()));
        environment.put("IMPAIR", plan.impair().name().toLowerCase(Locale.ROOT));
        environment.put("SERVE", measurement.server());
        return environment;
    }

    /** What a router has to say first is that it listens; one that cannot make the link ends, and would be waited for in vain. */
    private void awaitRouter(Map<String, String> environment) throws InterruptedException {
        String id = routerId(environment);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            String state = compose.docker("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", id)
                    .out()
                    .strip();
            String said = compose.said(id);
            if (state.startsWith("exited")) {
                compose.note(said + "\n");
                throw new Failure(
                        ExitCode.REFUSED,
                        "The router ended with " + state.replace("exited ", "") + ": "
                                + said.substring(said.lastIndexOf('\n') + 1));
            }
            if (listens(said)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    /** Others speak before it does: the JVM, of options that it has from the environment, or a tool, of an error. */
    private static boolean listens(String said) {
        return said.lines().anyMatch(line -> line.startsWith("tc netem"))
                || lastEvent(said, "listening").isObject();
    }

    /** Containers start in seconds, and in any order: who is refused comes again. */
    private Compose.Outcome client(Map<String, String> environment, Measurement measurement)
            throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("run", "-T", "--no-deps", "--name", CLIENT, "client"));
        words.addAll(List.of(measurement.client(plan).split(" ")));
        for (int tries = 1; ; tries++) {
            compose.docker("rm", "-f", CLIENT);
            Compose.Outcome outcome = compose.compose(environment, words.toArray(String[]::new));
            if (outcome.exit() != ExitCode.REFUSED.code() || tries == MOST_TRIES) {
                return outcome;
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    /** Ends the router, and {@return what it has said}. */
    private String router(Map<String, String> environment) throws InterruptedException {
        String id = routerId(environment);
        compose.docker("stop", id);
        return compose.docker("logs", id).out();
    }

    /** {@return the container of the router}, which may have ended. */
    private String routerId(Map<String, String> environment) throws InterruptedException {
        return compose.require("find the router", compose.compose(environment, "ps", "-a", "-q", "router"))
                .out()
                .strip();
    }

    /** {@return the result}; that of a throughput is a document in iperf3's form, which has an end. */
    private static JsonNode last(String lines, Measurement measurement) {
        return measurement == Measurement.LATENCY ? lastEvent(lines, "ping") : last(lines, line -> line.has("end"));
    }

    private static JsonNode lastEvent(String lines, String event) {
        return last(lines, line -> line.path("event").asText().equals(event));
    }

    private static JsonNode last(String lines, Predicate<JsonNode> wanted) {
        JsonNode found = MAPPER.missingNode();
        for (String line : lines.split("\n")) {
            if (line.startsWith("{")) {
                try {
                    JsonNode node = MAPPER.readTree(line);
                    found = wanted.test(node) ? node : found;
                } catch (JsonProcessingException e) {
                    // half a line of a program that was ended
                }
            }
        }
        return found;
    }

    private void save(String name, String text) {
        Path file = plan.folder().resolve(name);
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw Failures.writing(plan.folder(), name, e);
        }
    }

    /** Ends all containers of the lab. */
    void end() {
        try {
            compose.docker("rm", "-f", CLIENT);
            compose.compose(Map.of(), "down", "--timeout", "2");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
