// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.tou.examples.tls.SelfSigned;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each example by its command: the server in one process, the client in another, and what the user reads. */
@Timeout(300)
class AsUsersRunThemTest {

    @TempDir
    Path folder;

    /** One example: what is typed in two terminals, and a pattern for each line that the client prints. */
    record Example(List<String> server, List<String> client, List<String> prints) {

        @Override
        public String toString() {
            return client.get(0);
        }
    }

    static Stream<Example> examples() {
        return Stream.of(
                example("echo-server", "echo-client", "Hello over UDP"),
                example("half-close-server", "half-close-client", "apple", "fig", "pear"),
                example("file-server", "file-client text copy", "5 bytes in copy"),
                example("https-server", "https-client /x", "HTTP/1.1 200 OK", "Hello /127.0.0.1:\\d+, this is /x"),
                example("http2-server", "http2-client", "Hello, this is /0", "Hello, this is /500"),
                example("grpc-server", "grpc-client", "Hello over UDP", "Hello", "over", "UDP"),
                example(
                        "wire-server",
                        "wire-client",
                        "[1-9]\\d* of \\d+ datagrams were lost, and [1-9]\\d* segments sent again.",
                        "10000000 bytes arrived whole."));
    }

    private static Example example(String server, String client, String... prints) {
        return new Example(List.of(server), List.of(client.split(" ")), List.of(prints));
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("text"), "Hello");
    }

    private ExampleProcess run(List<String> command, String... options) throws IOException {
        List<String> args = new ArrayList<>(command);
        args.addAll(List.of(options));
        return new ExampleProcess(folder, args);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theClientPrintsWhatTheReadmeSays(Example example) throws Exception {
        try (ExampleProcess server = run(example.server, "--port", "0")) {
            String port = server.awaitPort();
            try (ExampleProcess client = run(example.client, "--port", port)) {
                List<String> printed = client.awaitOutput();
                assertThat(client.awaitComplaints()).isEmpty();
                assertThat(client.awaitExit()).isZero();
                assertThat(printed).hasSameSizeAs(example.prints);
                for (int i = 0; i < printed.size(); i++) {
                    assertThat(printed.get(i)).matches(example.prints.get(i));
                }
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .as("certificates that are left")
                    .noneMatch(file -> file.toString().endsWith(".pem"));
        }
    }

    /** What TLS is for: a server that cannot prove who it is gets no request. */
    @ParameterizedTest
    @ValueSource(strings = {"https", "http2"})
    void aStrangersCertificateIsNotTrusted(String name) throws Exception {
        SelfSigned.forServer(folder.resolve("strangers"));
        try (ExampleProcess server = run(List.of(name + "-server"), "--port", "0")) {
            String port = server.awaitPort();
            try (ExampleProcess client = run(List.of(name + "-client"), "--port", port, "--trust", "strangers")) {
                assertThat(client.awaitOutput()).isEmpty();
                assertThat(client.awaitComplaints()).first().asString().startsWith("Lost ");
                assertThat(client.awaitComplaints()).noneMatch(line -> line.startsWith("\tat "));
                assertThat(client.awaitExit()).isEqualTo(1);
            }
        }
    }
}
