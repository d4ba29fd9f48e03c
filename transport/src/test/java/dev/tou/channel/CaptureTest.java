// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a stranger sees on the wire: a transfer over loopback, captured, is TCP to Wireshark. With epoll the loopback interface
 * shows a train as the one piece that the kernel was given, so there the text is counted with the headers inside.
 */
@Tag("full")
class CaptureTest {

    private static final int SIZE = 200_000;
    private static final String[] FIELDS = {
        "tcp.srcport", "tcp.flags.syn", "tcp.flags.ack", "tcp.flags.fin", "tcp.flags.reset", "tcp.len", "_ws.malformed"
    };

    @BeforeAll
    static void needsTshark() {
        boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> new File(directory, "tshark").canExecute());
        boolean root = "root".equals(System.getProperty("user.name"));
        if (there && root) {
            return;
        }
        String missing = "tshark, as root, is needed to capture on loopback; the capture is not tested";
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing);
        }
        System.out.println(missing);
        Assumptions.abort(missing);
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1"})
    void decodesAsTcp(String io, String address, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("capture.pcapng");
        int port;
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            port = ((InetSocketAddress) server.localAddress()).getPort();
            Process capture = startCapture(file, port);
            try {
                Recorder recorder = new Recorder();
                SocketChannel client =
                        (SocketChannel) Sockets.channel(sockets.client(recorder).connect(server.localAddress()));
                Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE))));
                Recorder child = sockets.nextChild().awaitBytes(SIZE);
                Sockets.done(child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000))));
                recorder.awaitBytes(1000);
                Sockets.done(client.close());
                child.await("unregistered");
                stopCapture(capture, port, address);
            } finally {
                capture.destroyForcibly();
            }
        }
        List<String[]> segments = decode(file, port);
        assertThat(segments).hasSizeGreaterThan(5);
        assertHandshake(segments, port);
        assertThat(segments)
                .allSatisfy(segment -> assertThat(segment[6]).as("malformed").isEmpty());
        assertThat(segments)
                .allSatisfy(segment -> assertThat(segment[4]).as("reset").isEqualTo("0"));
        long text = segments.stream()
                .filter(segment -> !segment[0].equals(String.valueOf(port)))
                .mapToLong(segment -> Long.parseLong(segment[5]))
                .sum();
        assertThat(text).isGreaterThanOrEqualTo(SIZE);
        assertThat(segments.stream().filter(segment -> segment[3].equals("1"))).hasSizeGreaterThanOrEqualTo(2);
    }

    private static void assertHandshake(List<String[]> segments, int port) {
        assertThat(segments.get(0)[1] + segments.get(0)[2]).as("SYN").isEqualTo("10");
        assertThat(segments.get(1)[1] + segments.get(1)[2]).as("SYN, ACK").isEqualTo("11");
        assertThat(segments.get(1)[0]).isEqualTo(String.valueOf(port));
        assertThat(segments.get(2)[1] + segments.get(2)[2]).as("ACK").isEqualTo("01");
    }

    /** Starts tshark and returns when it captures, which it says. */
    private static Process startCapture(Path file, int port) throws IOException {
        Process capture = new ProcessBuilder(
                        "tshark", "-i", "lo", "-f", "udp port " + port, "-w", file.toString(), "-P", "-l", "-n")
                .start();
        BufferedReader words =
                new BufferedReader(new InputStreamReader(capture.getErrorStream(), StandardCharsets.UTF_8));
        String line = words.readLine();
        while (line != null && !line.contains("Capture started")) {
            line = words.readLine();
        }
        assertThat(line).as("tshark captures").isNotNull();
        return capture;
    }

    /** Ends the capture behind a datagram that is recognized in what tshark prints, so that nothing before it is missing. */
    private static void stopCapture(Process capture, int port, String address) throws Exception {
        try (DatagramSocket last = new DatagramSocket();
                BufferedReader packets =
                        new BufferedReader(new InputStreamReader(capture.getInputStream(), StandardCharsets.UTF_8))) {
            last.send(new DatagramPacket(new byte[7], 7, new InetSocketAddress(address, port)));
            String from = " " + last.getLocalPort() + " ";
            String line = packets.readLine();
            while (line != null && !line.contains(from)) {
                line = packets.readLine();
            }
            capture.toHandle().destroy();
            assertThat(capture.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static List<String[]> decode(Path file, int port) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "tshark",
                "-n",
                "-r",
                file.toString(),
                "-d",
                "udp.port==" + port + ",tcp",
                "-Y",
                "tcp && udp.length > 15"));
        command.addAll(List.of("-T", "fields", "-E", "separator=;"));
        for (String field : FIELDS) {
            command.add("-e");
            command.add(field);
        }
        Process decoder = new ProcessBuilder(command).start();
        List<String[]> segments;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(decoder.getInputStream(), StandardCharsets.UTF_8))) {
            segments = out.lines().map(line -> line.split(";", -1)).toList();
        }
        assertThat(decoder.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(decoder.exitValue()).isZero();
        return segments;
    }
}
