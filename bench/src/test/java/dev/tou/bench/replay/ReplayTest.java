// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.TouProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each scenario is played for real, and must show what docs/SCENARIOS.md says that it shows: the same segments in each direction,
 * the same states of each end, the same exceptions. Times, ports and repetitions may differ.
 *
 * <p>{@code -Dtou.update=true} puts what is shown now into the document.
 */
@Timeout(180)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
class ReplayTest {

    private static final Path DOCUMENT = Path.of("../docs/SCENARIOS.md");
    private static final boolean UPDATE = Boolean.getBoolean("tou.update");

    /** Those that take seconds, or processes of their own. */
    private static final Set<String> SLOW = Set.of(
            "lost-syn-ack",
            "unproven-address",
            "syn-backlog",
            "server-killed",
            "server-restarted",
            "host-gone",
            "connect-unanswered",
            "keep-alive",
            "host-rebooted",
            "server-terminated",
            "timeout");

    private final CapturedConsole tou = new CapturedConsole();

    private static Stream<String> names(boolean slow) {
        return Scenarios.ALL.stream()
                .map(scenario -> scenario.card().name())
                .filter(name -> SLOW.contains(name) == slow);
    }

    static Stream<String> fast() {
        return names(false);
    }

    static Stream<String> slow() {
        return names(true);
    }

    @ParameterizedTest
    @MethodSource
    void fast(String name) throws IOException {
        showsWhatTheDocumentSays(name, played(name));
    }

    /** In a process that has just begun, as when a user types it. */
    @ParameterizedTest
    @MethodSource
    @Tag("full")
    void slow(String name) throws Exception {
        if (UPDATE) {
            showsWhatTheDocumentSays(name, played(name));
            return;
        }
        try (TouProcess process = TouProcess.start("replay", name)) {
            process.awaitLine(
                    line -> line.startsWith("    RFC ")); // the last, however long those before it take together
            String output = process.output();
            assertThat(process.awaitExit()).as(output).isZero();
            showsWhatTheDocumentSays(name, output);
        }
    }

    private String played(String name) {
        int exit = tou.run("replay", name);
        assertThat(exit).as(tou.out() + tou.err()).isZero();
        return tou.out();
    }

    private static void showsWhatTheDocumentSays(String name, String output) throws IOException {
        ScenarioDocument document = ScenarioDocument.read(DOCUMENT);
        if (UPDATE) {
            Files.writeString(DOCUMENT, document.with(name, output));
        } else {
            Skeleton shown = Skeleton.of(document.output(name)).plain();
            assertThat(Skeleton.of(output).beside(shown))
                    .as("what docs/SCENARIOS.md shows, and now: " + output)
                    .isEqualTo(shown);
        }
    }

    /** A tail probe may repeat a FIN whose acknowledgment is late, and a duplicate is acknowledged (RFC 2883). */
    @Test
    void whatABusyMachineRepeatsDoesNotCount() {
        String quiet = """
                  0.001                -->  FIN,ACK     seq 1  ack 1  win 1024
                  0.053                <--  ACK         seq 1  ack 2  win 1024
                  0.059                <--  FIN,ACK     seq 1  ack 2  win 1024
                  0.060                -->  ACK         seq 2  ack 2  win 1024
                """;
        String busy = quiet.replaceFirst(
                "(?m)^(?=  0.059)", "  0.056                -->  FIN,ACK     seq 1  ack 1  win 1024\n");
        String answer = "  0.062                <--  ACK         seq 2  ack 2  win 1024  sack 1-2\n";
        Skeleton shown = Skeleton.of(quiet).plain();
        assertThat(Skeleton.of(busy + answer).beside(shown)).isEqualTo(shown);
        assertThat(Skeleton.of(quiet + answer).beside(shown)).isNotEqualTo(shown);
    }

    /** Text that is sent again draws an acknowledgment, or a RST of who has gone; neither may stand for what must be there. */
    @Test
    void whatMayAnswerARepetitionNeedNotBeThere() {
        String text = "  0.003                <--  PSH,ACK     seq 1  ack 2  len 8  win 1024\n";
        String reset = "  0.064                -->  RST,ACK     seq 2  ack 1  win 0\n";
        String begin = """
                  0.000                -->  FIN,ACK     seq 1  ack 1  win 1024
                  0.002                <--  ACK         seq 1  ack 2  win 1024
                """;
        String another = "  0.064                -->  RST         seq 2  win 0\n";
        Skeleton quiet = Skeleton.of(begin + text + reset).plain();
        assertThat(Skeleton.of(begin + text + text + reset + another).beside(quiet))
                .isEqualTo(quiet);
        assertThat(Skeleton.of(begin + text + reset + another).beside(quiet)).isNotEqualTo(quiet);
        assertThat(Skeleton.of(begin + text + text + another).beside(quiet)).isNotEqualTo(quiet);
        assertThat(Skeleton.of(begin + text + text).beside(quiet)).isNotEqualTo(quiet);
    }

    @Test
    void theDocumentHasThemAllAndEachSection() throws IOException {
        ScenarioDocument document = ScenarioDocument.read(DOCUMENT);
        assertThat(document.names())
                .containsExactlyElementsOf(Scenarios.ALL.stream()
                        .map(scenario -> scenario.card().name())
                        .toList());
        Set<String> sections = Scenarios.ALL.stream()
                .map(scenario -> scenario.card().section())
                .collect(Collectors.toSet());
        for (int section = 1; section <= 19; section++) {
            assertThat(sections).contains("S" + section);
            assertThat(document.text()).contains("\n## S" + section + ": ");
        }
        assertThat(document.text()).startsWith("# " + Scenarios.ALL.size() + " scenarios ");
        for (Scenario scenario : Scenarios.ALL) {
            Card card = scenario.card();
            assertThat(document.output(card.name())).contains(card.section() + ": " + card.title(), card.rfc());
        }
    }

    @Test
    void listsThem() {
        assertThat(tou.run("replay")).isZero();
        assertThat(tou.out().lines()).hasSize(Scenarios.ALL.size());
        assertThat(tou.out())
                .contains("  S1  handshake ")
                .contains("  S16 diagram ")
                .contains("  S19 congestion-window ");
    }

    @Test
    void fitsANarrowTerminal() {
        CapturedConsole narrow = new CapturedConsole(60);
        assertThat(narrow.run("replay", "data-after-close")).isZero();
        assertThat(narrow.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
        assertThat(narrow.out())
                .contains("         client ESTABLISHED, server ESTABLISHED\n")
                .contains("server CLOSE-WAIT\n");
    }

    @Test
    void anUnknownOne() {
        assertThat(tou.run("replay", "S20")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).isEqualTo("tou: There is no scenario \"S20\"; \"tou replay --list\" shows them all.\n");
        assertThat(tou.out()).isEmpty();
    }

    @Test
    void aMisspeltOne() {
        assertThat(tou.run("replay", "Handshkae")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err())
                .isEqualTo("tou: There is no scenario \"Handshkae\"; did you mean handshake? "
                        + "\"tou replay --list\" shows them all.\n");
    }

    @Test
    void tellsAProgram() throws IOException {
        assertThat(tou.run("replay", "handshake", "-J")).isZero();
        List<JsonNode> lines = tou.out().lines().map(ReplayTest::json).toList();
        assertThat(lines.get(0).path("event").asText()).isEqualTo("scenario");
        assertThat(lines.get(lines.size() - 1).path("event").asText()).isEqualTo("seen");
        assertThat(lines.stream()
                        .filter(line -> line.path("event").asText().equals("segment"))
                        .map(line -> line.path("to").asText() + " "
                                + line.path("flags").asText()))
                .containsExactly("server SYN", "client SYN,ACK", "server ACK");
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }
}
