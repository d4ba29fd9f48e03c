// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The lab in containers needs Docker, which a build has not; that its command lines are right can be known without. */
class LabTest {

    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    private final CapturedConsole tou = new CapturedConsole();

    private static List<String> commands() throws IOException {
        String compose = Files.readString(REPOSITORY.resolve("docker-compose.yml"));
        return Pattern.compile("command: (.*)")
                .matcher(compose)
                .results()
                .map(found ->
                        found.group(1).replaceAll("\\$\\{\\w+:-(.*?)}", "$1").strip())
                .toList();
    }

    @Test
    void itsCommandLinesAreRight() throws IOException {
        assertThat(commands())
                .hasSize(6)
                .allSatisfy(command -> Tou.commandLine(tou.console()).parseArgs(command.split(" ")));
    }

    /** A connection's TCP port is the UDP port that its client connects to, and the router does not rewrite it. */
    @Test
    void serverRouterAndClientAgreeOnThePort() throws IOException {
        assertThat(commands())
                .areExactly(2, starting("ping --serve 7000"))
                .areExactly(2, starting("impair --listen 7000 --to server:7000"))
                .areExactly(2, starting("ping router:7000"));
    }

    private static Condition<String> starting(String begin) {
        return new Condition<>(command -> command.startsWith(begin), "begins with %s", begin);
    }

    /** What the router has for another way to make a link takes its command line from the same place. */
    @Test
    void theRouterOfNetemAsksTheCommandForTheLink() throws IOException {
        assertThat(Files.readString(REPOSITORY.resolve("bench/lab/netem-router.sh")))
                .contains("java -jar /tou.jar \"$@\" --netem");
        assertThat(Files.readString(REPOSITORY.resolve("Dockerfile"))).contains("COPY bench/lab/netem-router.sh");
        assertThat(tou.run("impair", "--listen", "7000", "--to", "server:7000", "--profile", "lte", "--netem"))
                .isZero();
        assertThat(tou.out()).startsWith("up delay ").contains("\ndown delay ");
    }
}
