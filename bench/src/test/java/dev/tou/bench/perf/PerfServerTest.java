// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import dev.tou.bench.trace.Recording;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a server does with clients that are no good: each is driven by hand, over the TCP port of the server. */
@Timeout(60)
class PerfServerTest {

    private static final String PLAN = "{\"type\":\"plan\",\"version\":1,\"streams\":1,\"direction\":\"forward\","
            + "\"nanos\":1000000000,\"bytes\":0,\"omitNanos\":0,\"blockBytes\":1000,\"windowBytes\":0}";

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private PerfServer server;

    @BeforeEach
    void listen() throws InterruptedException {
        listen(Duration.ofSeconds(60));
    }

    private void listen(Duration silence) throws InterruptedException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        PerfServer.Listener listener = new PerfServer.Listener() {
            @Override
            public void onBegin(
                    HostAndPort client, Carrier carrier, TestPlan plan, List<ClientConnections.Opened> streams) {
                told.add(carrier);
            }

            @Override
            public void onInterval(Interval interval) {
                told.add(interval);
            }

            @Override
            public void onOutcome(Outcome outcome) {
                told.add(outcome);
            }

            @Override
            public void onFailed(HostAndPort client, boolean test, Failure failure) {
                told.add(failure);
            }
        };
        server = PerfServer.listen(
                new PerfServer.Setup(Transports.Io.NIO, any, 0, silence, 0, Recording.NONE), listener);
        assertThat(server.withoutTcp()).isNull();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** A client's connection, byte by byte. */
    private final class Hand implements AutoCloseable {

        private final Socket socket;
        private final DataOutputStream out;
        private final DataInputStream in;

        Hand() throws IOException {
            this(new Socket());
        }

        Hand(Socket unconnected) throws IOException {
            socket = unconnected;
            socket.connect(server.address());
            socket.setSoTimeout(30_000);
            out = new DataOutputStream(socket.getOutputStream());
            in = new DataInputStream(socket.getInputStream());
        }

        Hand opens(Preamble preamble) throws IOException {
            ByteBuf bytes = Unpooled.buffer();
            preamble.write(bytes);
            out.write(ByteBufUtil.getBytes(bytes));
            return this;
        }

        Hand says(String message) throws IOException {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
            return this;
        }

        JsonNode hears() throws IOException {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            return new ObjectMapper().readTree(bytes);
        }

        boolean isTurnedAway() throws IOException {
            try {
                return in.read() < 0;
            } catch (java.net.SocketException reset) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Hand control() throws IOException {
        return new Hand().opens(Preamble.ofControl());
    }

    private void hasRefused(Hand hand, String sentence) throws IOException {
        JsonNode answer = hand.hears();
        assertThat(answer.path("type").asText()).isEqualTo("refused");
        assertThat(answer.path("sentence").asText()).contains(sentence);
        assertThat(hand.isTurnedAway()).isTrue();
    }

    private <T> T awaitTold(Class<T> type) throws InterruptedException {
        while (true) {
            Object next = told.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("what the server tells").isNotNull();
            if (type.isInstance(next)) {
                return type.cast(next);
            }
        }
    }

    /** The measure of all: whatever came before, the next client gets its test. */
    private void works() {
        CapturedConsole tou = new CapturedConsole();
        int exit = tou.run(
                "perf", "-c", "127.0.0.1", "-p", String.valueOf(server.address().getPort()), "-n", "10K");
        assertThat(exit).as(tou.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "tou", "touPX", "touP", "\0\0\0\0\0\0\0\0"})
    void strangersAreTurnedAway(String first) throws Exception {
        try (Hand hand = new Hand()) {
            hand.out.write(first.getBytes(StandardCharsets.ISO_8859_1));
            hand.socket.shutdownOutput();
            assertThat(hand.isTurnedAway()).isTrue();
        }
        works();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                                    | no message
            {                                     | no message
            "plan"                                | no message
            {}                                    | spoke out of turn
            {"type":"end"}                        | spoke out of turn
            {"type":"sample","n":1}               | spoke out of turn
            {"type":"results"}                    | spoke out of turn
            {"type":"plan"}                       | speaks version 0 of the test protocol and the server version 1
            {"type":"plan","version":2}           | use the same tou at both ends
            {"type":"plan","version":1}           | knows no such direction
            """)
    void nonsenseIsRefused(String message, String sentence) throws Exception {
        try (Hand hand = control().says(message)) {
            hasRefused(hand, sentence);
        }
        assertThat(awaitTold(Failure.class).getMessage()).contains(sentence);
        works();
    }

    /** Answers that nobody reads must not fill the memory. */
    @Test
    void whoAsksAndDoesNotReadIsTurnedAway() throws Exception {
        Socket small = new Socket();
        small.setReceiveBufferSize(4096); // what fits into the kernels' buffers would be millions of answers first
        try (Hand hand = new Hand(small).opens(Preamble.ofControl()).says(PLAN)) {
            ByteBuf questions = Unpooled.buffer();
            byte[] question = "{\"type\":\"sample\",\"n\":1}".getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 1000; i++) {
                questions.writeInt(question.length).writeBytes(question);
            }
            byte[] thousand = ByteBufUtil.getBytes(questions);
            while (told.isEmpty()) {
                hand.out.write(thousand);
            }
        } catch (java.net.SocketException closed) {
            // as it should be
        }
        assertThat(awaitTold(Failure.class).getMessage()).contains("asks and does not read the answers");
        works();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "streams":1              | "streams":129               | -P is 129
            "streams":1              | "streams":1e99              | -P is -1
            "streams":1              | "streams":-5                | -P is -5
            "nanos":1000000000       | "nanos":-1                  | -t is
            "nanos":1000000000       | "nanos":9223372036854775807 | -t is
            "nanos":1000000000       | "nanos":0                   | give a time, or bytes
            "bytes":0                | "bytes":1                   | not both
            "omitNanos":0            | "omitNanos":1e18            | -O is
            "blockBytes":1000        | "blockBytes":1048577        | -l is 1048577
            "blockBytes":1000        | "blockBytes":0              | -l is 0
            "windowBytes":0          | "windowBytes":2000000000    | -w is 2000000000
            "windowBytes":0          | "windowBytes":"x"           | -w is -1
            "direction":"forward"    | "direction":"up"            | no such direction
            "streams":1              | "streams":1,"congestion":"../../x" | -C is no name
            """)
    void plansOutOfRangeAreRefused(String part, String wrong, String sentence) throws Exception {
        assertThat(PLAN).contains(part);
        try (Hand hand = control().says(PLAN.replace(part, wrong))) {
            hasRefused(hand, sentence);
        }
        works();
    }

    @Test
    void aMessageThatWouldBeTooLongIsNotWaitedFor() throws Exception {
        for (int length : new int[] {Control.MAX_BYTES + 1, Integer.MAX_VALUE, -1}) {
            try (Hand hand = control()) {
                hand.out.writeInt(length);
                hasRefused(hand, "no message of \"tou perf -c\"");
            }
        }
        works();
    }

    @Test
    void nestingIsBounded() throws Exception {
        try (Hand hand = control().says("{\"a\":" + "[".repeat(100_000))) {
            hasRefused(hand, "no message");
        }
        works();
    }

    @Test
    void aFileThatIsSentHereIsToldThatThisIsNoReceiver(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "hello");
        CapturedConsole tou = new CapturedConsole();
        String target = "127.0.0.1:" + server.address().getPort();
        assertThat(tou.run("send", file.toString(), target)).isEqualTo(ExitCode.RESET.code());
        assertThat(tou.err())
                .containsPattern(
                        "the connection before it accepted the file; is \"tou receive\" running there, on that");
        awaitTold(Failure.class);
        works();
    }

    @Test
    void theSecondClientIsToldThatTheFirstIsThere() throws Exception {
        CapturedConsole tou = new CapturedConsole();
        try (Hand first = control().says(PLAN)) {
            assertThat(first.hears().path("type").asText()).isEqualTo("accepted");
            int exit = tou.run(
                    "perf",
                    "-c",
                    "127.0.0.1",
                    "-p",
                    String.valueOf(server.address().getPort()));
            assertThat(exit).isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.err())
                    .contains(
                            "The server says: A test of 127.0.0.1:" + first.socket.getLocalPort() + " is running; try");
        }
        awaitTold(Failure.class); // the second
        assertThat(awaitTold(Failure.class).getMessage()).contains("has left in the middle of its test");
        works();
    }

    @Test
    void aStreamNeedsTheCookie() throws Exception {
        try (Hand first = control().says(PLAN)) {
            String cookie = first.hears().path("cookie").asText();
            assertThat(cookie).hasSize(Preamble.COOKIE_CHARS);
            String other = Preamble.newCookie();
            assertThat(other).isNotEqualTo(cookie);
            for (Preamble wrong : List.of(
                    Preamble.ofStream(other, 1),
                    Preamble.ofStream(cookie, 0),
                    Preamble.ofStream(cookie, 2),
                    Preamble.ofStream(cookie, 65535))) {
                try (Hand stream = new Hand().opens(wrong)) {
                    assertThat(stream.isTurnedAway()).as("%s", wrong).isTrue();
                }
            }
            try (Hand stream = new Hand().opens(Preamble.ofStream(cookie, 1))) {
                assertThat(first.hears().path("type").asText()).isEqualTo("begin");
                try (Hand again = new Hand().opens(Preamble.ofStream(cookie, 1))) {
                    assertThat(again.isTurnedAway()).isTrue();
                }
                stream.out.write(new byte[1234]);
                stream.socket.shutdownOutput();
                assertThat(first.hears().path("type").asText()).isEqualTo("received");
                first.says("{\"type\":\"end\"}");
                JsonNode results = first.hears();
                assertThat(results.path("streams").get(0).path("bytes").asLong())
                        .isEqualTo(1234);
            }
        }
        assertThat(awaitTold(Carrier.class)).isEqualTo(Carrier.TCP);
        assertThat(awaitTold(Outcome.class).streams()).hasSize(1);
        works();
    }

    @Test
    void aClientThatVanishesInTheMiddle() throws Exception {
        try (Hand first = control().says(PLAN)) {
            String cookie = first.hears().path("cookie").asText();
            try (Hand stream = new Hand().opens(Preamble.ofStream(cookie, 1))) {
                assertThat(first.hears().path("type").asText()).isEqualTo("begin");
                stream.out.write(new byte[1000]);
                first.socket.setSoLinger(true, 0);
            }
            first.socket.close();
        }
        assertThat(awaitTold(Failure.class).exit()).isEqualTo(ExitCode.RESET);
        works();
    }

    @Test
    void aClientThatFallsSilent() throws Exception {
        server.close();
        listen(Duration.ofSeconds(3));
        try (Hand first = control().says(PLAN)) {
            assertThat(first.hears().path("type").asText()).isEqualTo("accepted");
            hasRefused(first, "has said nothing for too long");
        }
        works();
    }

    @Test
    void anEarlyEndIsOutOfTurn() throws Exception {
        try (Hand first = control().says(PLAN)) {
            assertThat(first.hears().path("type").asText()).isEqualTo("accepted");
            first.says("{\"type\":\"end\"}");
            hasRefused(first, "spoke out of turn");
        }
        works();
    }
}
