// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import dev.tou.kernel.Interop.Connection;
import dev.tou.kernel.Interop.Opener;
import dev.tou.telemetry.TcpInfo;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A connection with the kernel on which nothing moves: windows that are shut, keep-alive, a link that is down. */
@Tag("full")
class StillTest {

    private static final long SIZE = 16 << 20;

    /** With all queues of the wire filled; a busy machine takes longer, and {@link TcpInfo} tells. */
    private static final long MAX_ROUND_TRIP_MILLIS = 100;

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void weStopReading(String io, Opener opener) {
        try (Interop interop = new Interop(io).option(ChannelOption.AUTO_READ, false)) {
            Connection connection = interop.open(opener);
            CompletableFuture<String> sent = connection.kernel().sends(1, SIZE);
            Interop.until(
                    "the kernel's persist timer",
                    () -> interop.kernel.connection().timer().startsWith("(persist"));
            // The kernel counts a probe when it is sent; that it still waits, and backs off, is our answer's doing.
            Interop.until("three probes", () -> interop.kernel.counter("TcpExt.TCPWinProbe") >= 3);
            assertThat(interop.kernel.connection().state()).isEqualTo("ESTAB");
            assertThat(sent).isNotDone();
            System.out.println("our window shut: " + interop.kernel.connection().line());
            connection.tou().channel().config().setAutoRead(true);
            assertThat(connection.tou().receives(SIZE)).isEqualTo(Payload.digest(1, SIZE));
            KernelProcess.result(sent);
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void theKernelStopsReading(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            connection.tou().sends(2, SIZE);
            Interop.until("a window of zero", () -> interop.kernel.counter("TcpExt.TCPToZeroWindowAdv") > 0);
            // From here on only probes come, until the window opens.
            SocketStatistics shut = interop.kernel.connection();
            long segments = shut.number("segs_in");
            Interop.until("three probes", () -> interop.kernel.connection().number("segs_in") >= segments + 3);
            long received = interop.kernel.connection().number("bytes_received");
            assertThat(received).as("text, not only probes").isEqualTo(shut.number("bytes_received"));
            System.out.println(
                    "the kernel's window shut: " + interop.kernel.connection().line());
            assertThat(received).isLessThan(SIZE);
            assertThat(KernelProcess.result(connection.kernel().receives(SIZE))).isEqualTo(Payload.digest(2, SIZE));
            assertThat(connection.tou().failures()).isEmpty();
        }
    }

    /** Two unanswered probes would end it after three seconds; more than that are answered. */
    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void weAnswerTheKernelsKeepAlive(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            connection.kernel().act(socket -> {
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2);
                socket.setKeepAlive(true);
            });
            long probes = interop.kernel.counter("TcpExt.TCPKeepAlive");
            long answers = interop.kernel.connection().number("segs_in");
            Interop.until("four probes", () -> interop.kernel.counter("TcpExt.TCPKeepAlive") >= probes + 4);
            Interop.until("four answers", () -> interop.kernel.connection().number("segs_in") >= answers + 4);
            assertThat(interop.kernel.connection().state()).isEqualTo("ESTAB");
            assertThat(interop.kernel.connection().timer()).startsWith("(keepalive");
        }
    }

    private static Interop withKeepAlive(String io) {
        return new Interop(io)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(TouChannelOption.KEEP_IDLE, 1)
                .option(TouChannelOption.KEEP_INTERVAL, 1)
                .option(TouChannelOption.KEEP_COUNT, 2);
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void theKernelAnswersOurKeepAlive(String io, Opener opener) {
        try (Interop interop = withKeepAlive(io)) {
            Connection connection = interop.open(opener);
            long probes = interop.kernel.connection().number("segs_in");
            Interop.until("four probes", () -> interop.kernel.connection().number("segs_in") >= probes + 4);
            assertThat(connection.tou().channel().isActive()).isTrue();
            // And without a kernel behind the wire, it is over.
            interop.kernel.link("down");
            connection.tou().await("inactive");
            assertThat(connection.tou().failures()).hasSize(1);
            assertThat(connection.tou().failures().get(0)).startsWith("Connection timed out");
            System.out.println(
                    "keep-alive without an answer: " + connection.tou().failures());
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU, retries", "epoll, KERNEL, retries", "nio, KERNEL, user timeout", "epoll, TOU, user timeout"})
    void weGiveUpWhenTheLinkIsDown(String io, Opener opener, String limit) {
        try (Interop interop = new Interop(io)) {
            if (limit.equals("retries")) {
                interop.option(TouChannelOption.RETRIES2, 3);
            } else {
                interop.option(TouChannelOption.USER_TIMEOUT, 2000);
            }
            Connection connection = interop.open(opener);
            connection.tou().sends(2, 1L << 40);
            KernelProcess.result(connection.kernel().receives(SIZE));
            CompletableFuture<String> more = connection.kernel().receives(1L << 40);
            TcpInfo before = ((TouSocketChannel) connection.tou().channel()).tcpInfo();
            long roundTripMillis = TimeUnit.NANOSECONDS.toMillis(before.rtt() + 4 * before.rttvar());
            long began = System.nanoTime();
            interop.kernel.link("down");
            connection.tou().await("inactive");
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            assertThat(connection.tou().failures()).hasSize(1);
            assertThat(connection.tou().failures().get(0)).startsWith("Connection timed out");
            System.out.printf(
                    "link down, %s: after %d ms, %s%n",
                    limit, millis, connection.tou().failures());
            // Three retries are four timeouts: 200, 400, 800 and 1600 ms. They begin with the oldest lost segment,
            // which was sent at most a round trip before the link went down.
            int least = limit.equals("retries") ? 3000 : 2000;
            assertThat(millis).isGreaterThanOrEqualTo(least - Math.max(MAX_ROUND_TRIP_MILLIS, roundTripMillis));
            assertThat(more).isNotDone();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void connectGivesUpWhenTheLinkIsDown(String io) {
        try (Interop interop = new Interop(io).option(TouChannelOption.SYN_RETRIES, 1)) {
            interop.kernelListener();
            interop.kernel.link("down");
            ChannelFuture connect = interop.connectTou(new TouEnd(), 0);
            assertThat(TouHost.failure(connect)).hasMessageStartingWith("Connection timed out");
        }
    }

    /** A link that comes back: nothing is lost that the two ends had in flight, in either direction. */
    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void aLinkThatComesBack(String io, Opener opener) {
        long size = 4 * SIZE;
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            CompletableFuture<String> received = connection.kernel().receives(size);
            CompletableFuture<String> sent = connection.kernel().sends(1, size);
            connection.tou().sends(2, size);
            Interop.until("text", () -> interop.kernel.connection().number("bytes_received") > 0);
            interop.kernel.link("down");
            TouSocketChannel ours = (TouSocketChannel) connection.tou().channel();
            Interop.until("two timeouts", () -> ours.tcpInfo().timeouts() >= 2);
            interop.kernel.link("up");
            assertThat(connection.tou().receives(size)).isEqualTo(Payload.digest(1, size));
            assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(2, size));
            KernelProcess.result(sent);
        }
    }
}
