// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.TouProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Another process is looked into: what it is, what it does, and each way in which that fails. */
@Timeout(180)
class InspectTest {

    private static final Wanted ALL = new Wanted("", 0, Set.of(), 1000);
    private static final Duration LONG = Duration.ofHours(1);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static TouProcess server;
    private static TouProcess first;
    private static TouProcess second;
    private static int port;

    private final CapturedConsole tou = new CapturedConsole();

    @BeforeAll
    static void startTraffic() throws Exception {
        server = TouProcess.start("ping", "--serve", "127.0.0.1:0", "--report=json");
        port = server.awaitPort();
        first = ping("50");
        second = ping("200");
        first.awaitLine(line -> line.contains("\"event\""));
        second.awaitLine(line -> line.contains("\"event\""));
        awaitConnections();
    }

    private static TouProcess ping(String rate) throws IOException {
        return TouProcess.start("ping", "127.0.0.1:" + port, "--rate", rate, "--duration", "3h", "--report=json");
    }

    // Both have said that they begin, and may not have connected yet.
    private static void awaitConnections() throws Exception {
        for (int i = 0; i < 300; i++) {
            CapturedConsole look = new CapturedConsole();
            look.run("inspect", pid(), "--over=0s", "-J");
            if (MAPPER.readTree(look.out()).path("connections").size() == 2) {
                return;
            }
            Thread.sleep(200);
        }
        throw new AssertionError("two clients do not connect");
    }

    @AfterAll
    static void endTraffic() {
        for (TouProcess each : new TouProcess[] {first, second, server}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static String pid() {
        return String.valueOf(server.pid());
    }

    private String look(String... options) {
        List<String> args = new ArrayList<>(List.of("inspect", pid(), "--over=100ms"));
        args.addAll(List.of(options));
        CapturedConsole console = new CapturedConsole();
        assertThat(console.run(args.toArray(String[]::new))).as(console.err()).isZero();
        assertThat(console.err()).isEmpty();
        return console.out();
    }

    private JsonNode structure(String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of(options));
        args.add("-J");
        String json = look(args.toArray(String[]::new));
        assertThat(json).hasLineCount(1);
        JsonNode look = MAPPER.readTree(json);
        assertThat(look.path("schema").asInt()).isEqualTo(1);
        assertThat(look.path("event").asText()).isEqualTo("look");
        return look;
    }

    private static List<String> lines(String text, String beginning) {
        return text.lines().filter(line -> line.startsWith(beginning)).toList();
    }

    // --- what is shown ---

    @Test
    void showsListenerAndConnectionsInTheColumnsOfSs() throws Exception {
        String text = look();
        assertThat(text).contains("pid " + pid()).contains("Recv-Q  Send-Q  Local Address:Port");
        assertThat(lines(text, "LISTEN"))
                .singleElement()
                .asString()
                .matches("LISTEN +0 +\\d+ +127\\.0\\.0\\.1:" + port + " +\\*");
        assertThat(lines(text, "ESTAB"))
                .hasSize(2)
                .allMatch(
                        line -> line.matches("ESTAB +\\d+ +\\d+ +127\\.0\\.0\\.1:" + port + " +127\\.0\\.0\\.1:\\d+"));
        assertThat(text)
                .contains("accepted ", "sends ", "receives ", "bit/s")
                .containsPattern("(limited by the application|idle) for \\d+ % of the last (\\d|second)")
                .contains("1 listener; 2 connections; 0 in TIME-WAIT");
        assertThat(text.lines().mapToInt(String::length).max().orElse(0)).isLessThanOrEqualTo(100);
    }

    @Test
    void theStructureSaysTheSame() throws Exception {
        JsonNode look = structure();
        String text = look();
        assertThat(look.path("pid").asLong()).isEqualTo(server.pid());
        assertThat(look.path("states").path("ESTABLISHED").asInt()).isEqualTo(2);
        assertThat(look.path("listeners")).hasSize(1);
        assertThat(look.path("listeners").get(0).path("local").asText()).isEqualTo("127.0.0.1:" + port);
        assertThat(look.path("connections")).hasSize(2);
        for (JsonNode connection : look.path("connections")) {
            String ends = connection.path("local").asText() + " +"
                    + connection.path("peer").asText();
            assertThat(text).containsPattern(ends + "\n");
            assertThat(text).contains("mss:" + connection.path("mss").asInt());
            assertThat(connection.path("state").asText()).isEqualTo("ESTABLISHED");
            assertThat(connection.path("passive").asBoolean()).isTrue();
            assertThat(connection.path("bytes_received").asLong()).isPositive();
            double all = 0;
            for (JsonNode share : connection.path("limits").path("shares")) {
                all += share.asDouble();
            }
            assertThat(all).isBetween(0.99, 1.01);
            assertThat(connection.path("limits").path("over_ns").asLong()).isGreaterThanOrEqualTo(100_000_000L);
        }
    }

    /** Every figure of the text is one of the structure, and every one that is not zero is in the text. */
    @Test
    void noFigureIsLeftOut() throws Exception {
        JsonNode connection;
        String text;
        Inspected inspected = Inspected.open(JavaProcess.of(server.pid()));
        try {
            Look before = inspected.look(ALL, 2000);
            Look now = inspected.look(ALL, 2000); // one look for both, because some figures come and go
            connection = MAPPER.valueToTree(InspectJson.look(inspected, now, before, ALL))
                    .path("connections")
                    .get(0);
            text = String.join("\n", new InspectView(tou.console(), inspected, false).lines(now, before, ALL));
        } finally {
            inspected.close();
        }
        List<String> missing = new ArrayList<>();
        for (var names = connection.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            boolean figure = connection.path(name).isIntegralNumber()
                    && connection.path(name).asLong() != 0
                    && !List.of("age", "udp_port", "peer_udp_port", "rttvar", "unread")
                            .contains(name);
            if (figure && !text.contains(" " + name + ":") && !text.contains(" " + name + " ")) {
                missing.add(name);
            }
        }
        assertThat(missing).as(text).isEmpty();
        for (String name : figuresIn(text)) {
            assertThat(connection.has(name)).as(name).isTrue();
        }
    }

    private static TreeSet<String> figuresIn(String text) {
        TreeSet<String> names = new TreeSet<>();
        Matcher figure = Pattern.compile("(?<=[ \\n])([a-z_]+)(?::[-0-9A-Z]| [0-9.]+[kMG]?bps)")
                .matcher(text);
        while (figure.find()) {
            names.add(figure.group(1));
        }
        names.remove("wscale"); // one of the options
        assertThat(names).contains("rtt", "cwnd", "mss", "ca_state", "busy");
        return names;
    }

    @Test
    void explainsEveryFigureOfManyConnections() {
        String text = look("--explain");
        for (String name : figuresIn(text)) {
            assertThat(text).containsPattern("\n    " + name + " +[A-Z][^\n]+[.:]?");
        }
        assertThat(text)
                .containsPattern("rtt +The smoothed round trip; 0 before the first measurement. In milliseconds.")
                .contains("    Recv-Q", "    Send-Q", "    state", "    cong", "    options");
    }

    @Test
    void explainsOneConnectionWithItsValues() throws Exception {
        String peer = structure().path("connections").get(0).path("peer").asText();
        String filter = ":" + peer.substring(peer.lastIndexOf(':') + 1);
        String text = look(filter, "--explain");
        assertThat(lines(text, "ESTAB")).hasSize(1);
        assertThat(text)
                .containsPattern("\n    rtt +[0-9.]+ ms  The smoothed round trip")
                .containsPattern(
                        "\n    state +ESTABLISHED +Its state \\(RFC 9293 section 3.3.2\\). Both ends may send.")
                .containsPattern("\n    mss +[0-9 ]+ B  The text of a full segment that we send.");
        JsonNode connection = structure(filter).path("connections").get(0);
        for (String name : List.of("rtt", "cwnd", "segs_in", "busy", "app_limited", "bytes_received", "options")) {
            assertThat(connection.has(name)).as(name).isTrue();
            assertThat(text).containsPattern("\n    " + name + " +[^ ]");
        }
    }

    @Test
    void explainsItselfToProgramsToo() throws Exception {
        JsonNode look = structure("--explain");
        JsonNode words = look.path("words").path("connection");
        for (var names = look.path("connections").get(0).fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!name.equals("limits")) {
                assertThat(words.path(name).path("sentence").asText()).as(name).endsWith(".");
            }
        }
        assertThat(words.path("rtt").path("unit").asText()).isEqualTo("ns");
    }

    @Test
    void showsLessWhenAskedForLess() throws Exception {
        assertThat(structure("-l").path("connections")).isEmpty();
        assertThat(structure("-l").path("listeners")).hasSize(1);
        assertThat(structure("--state", "estab").path("listeners")).isEmpty();
        assertThat(structure("--state", "ESTABLISHED,close-wait").path("connections"))
                .hasSize(2);
        assertThat(structure("--state", "fin-wait-2").path("connections")).isEmpty();
        assertThat(structure("--most", "1").path("connections")).hasSize(1);
        assertThat(structure("--most", "1").path("matching").asInt()).isEqualTo(2);
        assertThat(structure("127.0.0.1:" + port).path("connections")).hasSize(2);
        assertThat(structure("127.0.0.9").path("connections")).isEmpty();
        assertThat(look(":1")).contains("Nothing here matches what was asked for.");
    }

    @Test
    void summary() {
        String text = look("--summary", "--explain");
        assertThat(text)
                .containsPattern("ESTAB +2 +Both ends may send.")
                .containsPattern("LISTEN +1 +Waiting for a SYN.")
                .contains("Dropped", "UDP sockets", "Event loops")
                .containsPattern("127\\.0\\.0\\.1:" + port + " +- +2 +0 +0 B")
                .containsPattern("tou-ping-server-\\d+-\\d+ +yes +0 ");
    }

    @Test
    void isAsWideAsTheTerminal() {
        CapturedConsole narrow = new CapturedConsole(64);
        assertThat(narrow.run("inspect", pid(), "--over=0s", "--explain")).isZero();
        List<String> wide = narrow.out()
                .lines()
                .filter(line -> line.length() > 64 && !line.contains("pid ") && !line.startsWith("State"))
                .toList();
        assertThat(wide).isEmpty();
        assertThat(narrow.out().replaceAll("\\s+", " ")).contains("of the time since it began");
    }

    @Test
    void severalProcessesAreListed() throws Exception {
        assertThat(tou.run("inspect")).as(tou.err()).isZero();
        assertThat(tou.out())
                .contains("PID", "Listeners", "Connections")
                .containsPattern("(?m)^ *" + pid() + "  .* 1 +2  tou ping --serve 127.0.0.1:0")
                .containsPattern("(?m)^ *" + first.pid() + "  .* 0 +1  tou ping 127.0.0.1:" + port);
        CapturedConsole json = new CapturedConsole();
        assertThat(json.run("inspect", "-J")).isZero();
        assertThat(json.out()).contains("\"event\":\"process\",\"pid\":" + pid());
    }

    /** With an address it need not be known which process it is. */
    @Test
    void aFilterFindsTheProcess() {
        assertThat(tou.run("inspect", ":" + port, "--listening")).as(tou.err()).isZero();
        assertThat(tou.out()).contains("pid " + pid()).doesNotContain("pid " + first.pid());
    }

    /** What one wants to read is not followed by a page of words for each process. */
    @Test
    void severalProcessesAreExplainedOnce() {
        assertThat(tou.run("inspect", ":" + port, "--explain", "--over=0s"))
                .as(tou.err())
                .isZero();
        String text = tou.out();
        assertThat(lines(text, "ESTAB")).hasSize(4); // both ends of two connections
        assertThat(lines(text, "    rtt ")).singleElement().asString().contains("The smoothed round trip");
        assertThat(lines(text, "    Recv-Q ")).hasSize(1);
        assertThat(text.indexOf("    Recv-Q ")).isGreaterThan(text.lastIndexOf("ESTAB "));
        for (String name : figuresIn(text)) {
            assertThat(text).containsPattern("\n    " + name + " +[A-Z][^\n]+[.:]?");
        }
    }

    @Test
    void watchesUntilTheProcessEnds() throws Exception {
        try (TouProcess brief = TouProcess.start("ping", "--serve", "127.0.0.1:0", "--report=json")) {
            brief.awaitPort();
            try (TouProcess watching = TouProcess.start("inspect", String.valueOf(brief.pid()), "--watch", "0.1")) {
                watching.awaitLine(line -> line.startsWith("LISTEN"));
                watching.awaitLine(line -> line.startsWith("LISTEN"));
                brief.signal("KILL");
                watching.awaitLine(line -> line.equals("Process " + brief.pid() + " has ended."));
                assertThat(watching.awaitExit()).isZero();
            }
        }
    }

    // --- what fails ---

    private void cannotBeSeen(String sentence, String... args) {
        fails(ExitCode.NO_PROCESS, sentence, args);
    }

    private void fails(ExitCode exit, String sentence, String... args) {
        CapturedConsole console = new CapturedConsole();
        assertThat(console.run(args)).as(console.err()).isEqualTo(exit.code());
        assertThat(console.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
        assertThat(console.out()).isEmpty();
    }

    @Test
    void noSuchProcess() {
        cannotBeSeen("There is no process 99999999 here", "inspect", "99999999");
    }

    /** It was there when the list was made; nobody has named it, so that it ends is no failure of what was asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"--over=0s", "--over=100ms", "--watch"})
    void aProcessThatEndsMeanwhileIsLeftOut(String option) throws Exception {
        String[] args = {"inspect", option};
        CommandLine line = tou.commandLine();
        line.parseArgs(args);
        InspectCommand command = line.getSubcommands().get("inspect").getCommand();
        assertThatThrownBy(() -> command.lookInto(List.of(ended()), ALL, option.equals("--watch") ? LONG : null))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.NO_PROCESS))
                .hasMessageContaining("No Java process of yours on this host has a channel of tou open");
        Inspected living = Inspected.open(JavaProcess.of(server.pid()));
        command.lookInto(List.of(ended(), living), ALL, null);
        assertThat(tou.out()).contains(pid());
        assertThat(tou.err()).isEmpty();
    }

    /** A process that has been connected to, and is gone. */
    private static Inspected ended() throws Exception {
        try (TouProcess brief = TouProcess.start("ping", "--serve", "127.0.0.1:0", "--report=json")) {
            brief.awaitPort();
            Inspected inspected = Inspected.open(JavaProcess.of(brief.pid()));
            brief.signal("KILL");
            brief.awaitExit();
            return inspected;
        }
    }

    @Test
    void aJavaProcessWithoutAChannel() throws Exception {
        try (TouProcess relay =
                TouProcess.start("impair", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", "--report=json")) {
            relay.awaitPort();
            cannotBeSeen("has no channel of tou open", "inspect", String.valueOf(relay.pid()));
        }
    }

    @Test
    void aJavaProcessThatKeepsOthersOut() throws Exception {
        try (TouProcess locked = TouProcess.startWith(
                List.of("-XX:+DisableAttachMechanism"), "ping", "--serve", "127.0.0.1:0", "--report=json")) {
            locked.awaitPort();
            cannotBeSeen("-XX:+DisableAttachMechanism", "inspect", String.valueOf(locked.pid()));
        }
    }

    /** Once somebody has been let in there is a socket, and to connect to that would wait without a limit. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere nothing tells that a process is stopped")
    void aStoppedProcess() throws Exception {
        try (TouProcess stopped = TouProcess.start("ping", "--serve", "127.0.0.1:0", "--report=json")) {
            stopped.awaitPort();
            String pid = String.valueOf(stopped.pid());
            assertThat(tou.run("inspect", pid)).as(tou.err()).isZero();
            Inspected before = Inspected.open(JavaProcess.of(stopped.pid()));
            stopped.signal("STOP");
            while (!JavaProcess.of(stopped.pid()).isStopped()) {
                Thread.onSpinWait();
            }
            cannotBeSeen(
                    "Process " + pid
                            + " cannot be looked into: it is stopped (by SIGSTOP, Ctrl-Z or a debugger); \"kill"
                            + " -CONT " + pid + "\" has it go on.",
                    "inspect",
                    pid);
            assertThat(tou.run("inspect")).as(tou.err()).isZero();
            assertThat(tou.err()).contains("Not looked into: process " + pid + ", which is stopped.\n");
            assertThatThrownBy(() -> before.look(ALL, 0))
                    .isInstanceOf(Inspected.Mute.class)
                    .hasMessageContaining("it is stopped");
            stopped.signal("CONT");
            assertThat(before.look(ALL, 2000).listeners()).hasSize(1);
            before.close();
        }
    }

    /** It needs no signal to let somebody in. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aJavaProcessThatTakesNoSignals() throws Exception {
        try (TouProcess deaf =
                TouProcess.startWith(List.of("-Xrs"), "ping", "--serve", "127.0.0.1:0", "--report=json")) {
            deaf.awaitPort();
            assertThat(tou.run("inspect", String.valueOf(deaf.pid())))
                    .as(tou.err())
                    .isZero();
        }
    }

    /** The signal by which a Java process is asked ends one that does not expect it. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere nothing tells which signals a process takes")
    void aProcessThatIsNotJava() throws Exception {
        Process sleeping = new ProcessBuilder("sleep", "100").start();
        try {
            cannotBeSeen("cannot be looked into: it does not take", "inspect", String.valueOf(sleeping.pid()));
            cannotBeSeen("would end of it; is it one?\n", "inspect", String.valueOf(sleeping.pid()));
            assertThat(sleeping.isAlive()).as("whoever looks ends nobody").isTrue();
        } finally {
            sleeping.destroyForcibly();
        }
    }

    @Test
    void wrongUsage() {
        fails(ExitCode.USAGE, "\"asleep\" is no state of a connection", "inspect", pid(), "--state", "asleep");
        fails(ExitCode.USAGE, "has no port from 1 to 65535", "inspect", pid(), "host:70000");
        fails(ExitCode.USAGE, "a port alone is written :7000", "inspect", pid(), "7000");
        fails(ExitCode.USAGE, "and the PID before it", "inspect", "--watch", pid() + "0000");
        fails(ExitCode.USAGE, "--most is 0; give a number from 1", "inspect", "--most", "0");
        fails(ExitCode.UNKNOWN_HOST, "No host is called \"no.such.host.invalid\"", "inspect", "no.such.host.invalid:1");
    }
}
