// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.Ipv6Here;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A process ends without a word to its channels: the shutdown hook says goodbye for them, as a kernel would. */
class JvmExitTest {

    static final int GREETING_BYTES = 1000;

    private static final int SIGTERM_EXIT = 143;

    private static Process start(String io, String address, String how) throws Exception {
        Ipv6Here.orElseSkip(address);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-ea", "-cp", classPath));
        if (Runtime.version().feature() >= 24) {
            // Else the Java machine warns of what Netty does, and this test wants silence.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        // Or it warns that a host without a network card has no number of its own.
        command.add("-Dio.netty.machineId=00:00:5e:ff:fe:00:53:01");
        command.addAll(List.of(DyingServer.class.getName(), io, address, how));
        return new ProcessBuilder(command).start();
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "nio, 127.0.0.1, term",
        "epoll, ::1, term",
        "epoll, 0.0.0.0, term",
        "io_uring, 127.0.0.1, term",
        "io_uring, ::, term",
        "nio, 127.0.0.1, exit",
        "io_uring, 127.0.0.1, exit"
    })
    void peerSeesACleanEnd(String io, String address, String how) throws Exception {
        Process process = start(io, address, how);
        try (BufferedReader err = reader(process.getErrorStream())) {
            watchTheEnd(process, io, address, how);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(how.equals("term") ? SIGTERM_EXIT : 0);
            assertThat(err.lines().filter(line -> !line.startsWith("SLF4J"))).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Only the loop ends, with channels on it. How the process fares after that is Netty's: with 4.2.18 sockets may stay open, and
     * one byte count is written to memory that is free already.
     */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "::"})
    void peerHearsOfTheEndOfAnIoUringLoop(String address) throws Exception {
        IoUringHere.orElse("the end of its loops is not tested");
        Process process = start("io_uring", address, "loop");
        try {
            watchTheEnd(process, "io_uring", address, "loop");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void watchTheEnd(Process process, String io, String address, String how) throws Exception {
        try (Sockets sockets = new Sockets(io, 1);
                BufferedReader out = reader(process.getInputStream())) {
            int port = Integer.parseInt(out.readLine());
            Recorder recorder = new Recorder();
            SocketChannel client = (SocketChannel)
                    Sockets.channel(sockets.client(recorder).connect(new InetSocketAddress(address, port)));
            recorder.awaitBytes(GREETING_BYTES);
            Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])));
            if (how.equals("term")) {
                process.toHandle().destroy();
            }
            long began = System.nanoTime();
            recorder.await("unregistered");
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            process.getOutputStream().close();
            assertThat(recorder.failures()).isEmpty();
            System.out.println("the peer of what ends (" + io + ", " + how + ") knew it after " + millis + " ms");
        }
    }
}
