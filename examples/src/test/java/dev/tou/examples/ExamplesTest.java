// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.tou.examples.tls.SelfSigned;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for all examples: help, wrong usage, and failures that are a sentence. */
class ExamplesTest extends RunsAnExample {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final int FEWER_LINES_THAN = 100;

    static List<String> names() {
        return List.copyOf(Examples.commandLine().getSubcommands().keySet());
    }

    static List<String> servers() {
        return names().stream().filter(name -> name.endsWith("-server")).toList();
    }

    private int runExample(String... args) {
        return run(Examples::commandLine, args);
    }

    @Test
    void listsThemByName() {
        assertThat(runExample()).isZero();
        assertThat(printed).contains(names());
        assertThat(servers()).hasSize(7);
        assertThat(names()).hasSize(2 * 7);
    }

    @ParameterizedTest
    @MethodSource("names")
    void helps(String name) {
        assertThat(runExample(name, "--help")).isZero();
        assertThat(printed).contains("Usage: java -jar examples.jar " + name, "--port", "default: 8");
        assertThat(runExample(name, "--version")).isZero();
        assertThat(printed).startsWith("tou examples ");
    }

    @ParameterizedTest
    @MethodSource("names")
    void wrongUsageIsASentence(String name) {
        assertThat(runExample(name, "--port", "many")).isEqualTo(2);
        assertThat(complained).startsWith("Invalid value for option '--port': 'many' is not an int");
        assertThat(runExample(name, "--prot", "1")).isEqualTo(2);
        assertThat(complained).matches("(?s)(Unknown option|Missing required parameter).*");
        assertThat(printed).isEmpty();
    }

    @Test
    void aWireThatLosesAllIsWrongUsage() {
        assertThat(runExample("wire-client", "--lose-every", "1")).isEqualTo(2);
        assertThat(complained.strip()).hasLineCount(1).contains("--lose-every");
    }

    @Test
    void aNumberSaysWhatItCounts() {
        assertThat(runExample("wire-client", "--help")).isZero();
        assertThat(printed).contains("--lose-every=N", "50 loses 2% of them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo-client",
                "half-close-client",
                "file-client name copy",
                "https-client --trust TRUST",
                "http2-client --trust TRUST",
                "grpc-client",
                "wire-client"
            })
    void aRefusalIsASentence(String client, @TempDir Path folder) throws Exception {
        Path trust = folder.resolve("cert.pem");
        SelfSigned.forServer(trust);
        try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            // With itself, so that nobody else gets the port, and what others send is for nobody.
            nobody.connect(nobody.getLocalSocketAddress());
            String command = client.replace("TRUST", trust.toString()) + " --port " + nobody.getLocalPort();
            assertThat(runExample(command.split(" "))).isEqualTo(1);
        }
        assertThat(complained.strip()).hasLineCount(1).contains("Connection refused: ");
        assertThat(printed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https-client", "http2-client"})
    void aMissingCertificateIsASentence(String client, @TempDir Path folder) {
        Path none = folder.resolve("none.pem");
        assertThat(runExample(client, "--trust", none.toString())).isEqualTo(1);
        assertThat(complained.strip()).hasLineCount(1).contains("no certificate in " + none);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aPortInUseIsASentence(String server, @TempDir Path folder) throws SocketException {
        try (DatagramSocket taken = new DatagramSocket(0)) {
            String command = server + " --port " + taken.getLocalPort();
            String certificate = folder.resolve("cert.pem").toString();
            boolean tls = server.startsWith("http");
            assertThat(runExample((command + (tls ? " --cert " + certificate : "")).split(" ")))
                    .isEqualTo(1);
        }
        assertThat(complained.strip()).hasLineCount(1).startsWith("Cannot ").contains("in use");
    }

    @Test
    void everyFileIsShort() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(FEWER_LINES_THAN));
        }
    }

    @Test
    void theReadmeHasThemAll() throws IOException {
        assertThat(Files.readString(Path.of("README.md"))).contains(names());
    }
}
