// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The order of a comparison, and its report, with a script in the place of Docker that says what containers would. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is one of a POSIX shell")
@Timeout(120)
class LabRunTest {

    private static final String PING = "{\"event\":\"ping\",\"results\":[{\"transport\":\"tou\",\"scheduled\":2000,"
            + "\"answered\":2000,\"latencyNanos\":{\"p50\":72000000,\"p90\":80000000,\"p99\":95000000,\"p999\":null,"
            + "\"max\":120000000}}]}";
    private static final String PERF =
            "{\"end\":{\"sum_sent\":{\"retransmits\":17}," + "\"sum_received\":{\"bits_per_second\":11400000.0}}}";
    private static final String ROUTER = "{\"event\":\"impair\",\"toServer\":{\"entered\":9000,\"lost\":20,"
            + "\"queueDropped\":3},\"toClient\":{\"entered\":4000,\"lost\":1}}";

    @TempDir
    Path folder;

    private Path docker;
    private Path calls;

    @BeforeEach
    void script() throws IOException {
        calls = folder.resolve("calls");
        docker = Files.writeString(folder.resolve("docker"), """
                #!/bin/sh
                echo "$*  LINK=${LINK:-} FLAGS=${LINK_FLAGS:-} SERVE=${SERVE:-} IMPAIR=${IMPAIR:-}" >> CALLS
                case "$*" in
                *"client ping"*) echo 'Creating network'; echo 'PING' ;;
                *"client perf"*)
                  [ -e FOLDER/ready ] || { touch FOLDER/ready; exit 3; }
                  echo 'PERF' ;;
                *"ps -a -q router") echo 4711 ;;
                "inspect"*) [ -e FOLDER/ended ] && echo 'exited 3' || echo 'running 0' ;;
                "logs 4711")
                  [ -e FOLDER/ended ] && { echo 'a first line' >&2; echo 'router: no netem; take the relay.' >&2; exit; }
                  echo 'Picked up JAVA_TOOL_OPTIONS: -Xmx64m' >&2
                  [ -e FOLDER/late ] && { rm FOLDER/late; exit; }
                  [ -e FOLDER/netem ] && { echo 'tc netem  port 7000 to server:7000'; exit; }
                  echo '{"event":"listening","port":7000}'
                  echo '{"event":"interval"'; echo 'ROUTER' ;;
                esac
                """.replace("CALLS", calls.toString())
                .replace("FOLDER", folder.toString())
                .replace("'PING'", "'" + PING + "'")
                .replace("'PERF'", "'" + PERF + "'")
                .replace("'ROUTER'", "'" + ROUTER + "'"));
        assertThat(docker.toFile().setExecutable(true)).isTrue();
    }

    private LabPlan plan(LabPlan.Impair impair, String... links) {
        return new LabPlan(List.of(links), true, impair, "--loss 1%", 7, 200, 10, folder);
    }

    private List<LabRun.Result> run(LabPlan plan) throws InterruptedException {
        Compose compose =
                Compose.of(docker.toString(), List.of(Path.of("docker-compose.yml")), folder.resolve("log.txt"));
        try (LabRun run = new LabRun(compose, plan, step -> {})) {
            return run.run();
        }
    }

    @Test
    void eachMeasurementHasAServerAndARouterOfItsOwn() throws Exception {
        run(plan(LabPlan.Impair.RELAY, "lte"));
        List<String> words = new ArrayList<>();
        for (String call : Files.readAllLines(calls)) {
            words.add(call.replace("compose -f docker-compose.yml -p tou-lab --profile lab ", "")
                    .replaceAll("  LINK.*", ""));
        }
        assertThat(words.subList(0, 14))
                .containsExactly(
                        "info",
                        "compose version",
                        "build server router",
                        "up -d --force-recreate server router",
                        "ps -a -q router",
                        "inspect --format {{.State.Status}} {{.State.ExitCode}} 4711",
                        "logs 4711",
                        "rm -f tou-lab-client",
                        "run -T --no-deps --name tou-lab-client client ping router:7000 --wait 30s --rate 200"
                                + " --duration 10s --quiet --hlog /tmp/ping.hlog -J",
                        "cp tou-lab-client:/tmp/ping.hlog " + folder.resolve("lte-latency.hlog"),
                        "rm -f tou-lab-client",
                        "ps -a -q router",
                        "stop 4711",
                        "logs 4711");
        assertThat(words).endsWith("rm -f tou-lab-client", "down --timeout 2");
        assertThat(words.stream().filter("up -d --force-recreate server router"::equals))
                .hasSize(3);
        assertThat(Files.readString(calls))
                .contains("LINK=lte FLAGS=--loss 1% -J SERVE=ping --serve 7000 IMPAIR=relay")
                .contains("LINK=lte FLAGS=--loss 1% -J SERVE=perf -s -p 7000 IMPAIR=relay");
    }

    /** The first perf is refused, because its server is not up yet. */
    @Test
    void whoIsRefusedComesAgain() throws Exception {
        List<LabRun.Result> results = run(plan(LabPlan.Impair.RELAY, "lte"));
        assertThat(results).extracting(LabRun.Result::exit).containsExactly(0, 0, 0);
        assertThat(Files.readAllLines(calls).stream().filter(call -> call.contains("client perf")))
                .hasSize(3);
    }

    /** A client would wait for it in vain, ten times over for each of the links. */
    @Test
    void aRouterThatEndsSaysWhyAtOnce() throws Exception {
        Files.createFile(folder.resolve("ended"));
        assertThatThrownBy(() -> run(plan(LabPlan.Impair.NETEM, "lte", "lan")))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.REFUSED))
                .hasMessage("The router ended with 3: router: no netem; take the relay.");
        assertThat(Files.readString(calls)).doesNotContain("client ping").contains("down --timeout 2");
        assertThat(folder.resolve("log.txt")).content().contains("a first line");
    }

    /** What the JVM says of its options comes before the router listens, and a client would be refused. */
    @Test
    void whateverElseSpeaksFirstIsNotTheRouter() throws Exception {
        Files.createFile(folder.resolve("late"));
        run(plan(LabPlan.Impair.RELAY, "lte"));
        assertThat(Files.readAllLines(calls).stream()
                        .takeWhile(call -> !call.contains("client ping"))
                        .filter(call -> call.startsWith("logs 4711 ")))
                .hasSize(2);
    }

    /** The kernel's TCP passes an IP router; and that one prints no figures for programs. */
    @Test
    void withNetemTheKernelIsMeasuredToo() throws Exception {
        Files.createFile(folder.resolve("netem"));
        run(plan(LabPlan.Impair.NETEM, "lte"));
        assertThat(Files.readAllLines(calls).stream().filter(call -> call.startsWith("logs 4711 ")))
                .as("asked once before each measurement, and once after")
                .hasSize(6);
        assertThat(Files.readString(calls))
                .contains("--hlog /tmp/ping.hlog --baseline tcp -J")
                .contains("FLAGS=--loss 1% SERVE=ping --serve 7000 IMPAIR=netem");
    }

    @Test
    void theReport() throws Exception {
        LabPlan plan = plan(LabPlan.Impair.RELAY, "lte", "lan");
        LabReport report =
                new LabReport(plan, Map.of("lte", "a phone", "lan", "an office"), Map.of("cores", "2"), run(plan));
        assertThat(report.isSound()).isTrue();
        assertThat(report.lines())
                .contains(
                        "| lte  | tou | 72.0 ms | 80.0 ms | 95.0 ms |     - | 120.0 ms | 2 000 of 2 000 |",
                        "| lte  |   11.4 Mbit/s |         17 | 23 of 9 000 |   11.4 Mbit/s |         17 | 1 of 4 000 |",
                        "- lte: a phone",
                        "- cores: 2")
                .noneMatch(line -> line.contains("Not to be trusted"));
        JsonNode json = new ObjectMapper().valueToTree(report.fields());
        assertThat(json.path("measurements")).hasSize(6);
        assertThat(json.path("measurements")
                        .path(1)
                        .path("figures")
                        .path("end")
                        .path("sum_sent")
                        .path("retransmits")
                        .asInt())
                .isEqualTo(17);
        assertThat(folder.resolve("lan-to-client.json")).content().contains("sum_received");
        assertThat(folder.resolve("lan-to-client-router.json")).content().contains("toServer");
    }

    @Test
    void whatFailedIsSaidBesideWhatDidNot() throws Exception {
        LabPlan plan = plan(LabPlan.Impair.RELAY, "lte");
        List<LabRun.Result> results = new ArrayList<>(run(plan));
        LabRun.Result last = results.remove(2);
        results.add(new LabRun.Result(
                "lte", last.measurement(), 4, new ObjectMapper().missingNode(), new ObjectMapper().missingNode()));
        LabReport report = new LabReport(plan, Map.of(), Map.of(), results);
        assertThat(report.isSound()).isFalse();
        assertThat(report.lines())
                .contains("## Not to be trusted")
                .anyMatch(line -> line.startsWith("- **lte, to-client**: ended with 4, the connection broke"))
                .contains("| lte  |   11.4 Mbit/s |         17 | 23 of 9 000 |             - |          - |       - |");
    }

    @Test
    @Timeout(60)
    void whatDoesNotEndIsEndedWithAllThatItStarted() throws Exception {
        Path child = folder.resolve("child");
        List<String> command = List.of("sh", "-c", "sleep 600 & echo $! > " + child + "; wait");
        assertThatThrownBy(() -> Compose.run(folder.resolve("log.txt"), Map.of(), command, Duration.ofSeconds(5)))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.REFUSED))
                .hasMessageContaining("did not end within 5")
                .hasMessageContaining("log.txt");
        long pid = Long.parseLong(Files.readString(child).strip());
        Optional<ProcessHandle> sleeping = ProcessHandle.of(pid);
        if (sleeping.isPresent()) {
            sleeping.get().onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void withoutDockerNothingIsLeft() {
        Path report = folder.resolve("report");
        refuses("no-such-docker", report, "There is no Docker here; install it, or measure without: ");
        assertThat(report).doesNotExist();
    }

    /** The folder may have the log of another day. */
    @Test
    void withoutDockerWhatWasThereStays() throws IOException {
        Path log = Files.writeString(folder.resolve("log.txt"), "of another day\n");
        refuses("no-such-docker", folder, "There is no Docker here; ");
        assertThat(log).content().startsWith("of another day");
    }

    @Test
    void aDockerThatDoesNotAnswerIsQuoted() throws IOException {
        Files.writeString(docker, "#!/bin/sh\necho 'Cannot connect to the daemon' >&2; exit 1\n");
        Path report = folder.resolve("report");
        refuses(docker.toString(), report, "Docker does not answer; start it, or ");
        assertThat(report.resolve("log.txt")).content().contains("Cannot connect to the daemon");
    }

    private static void refuses(String docker, Path report, String sentence) {
        assertThatThrownBy(() -> LabCommand.compose(docker, List.of(Path.of("x")), report))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.REFUSED))
                .hasMessageStartingWith(sentence);
    }
}
