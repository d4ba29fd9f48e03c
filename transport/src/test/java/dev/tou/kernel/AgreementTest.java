// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.util.concurrent.CompletableFuture;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import dev.tou.kernel.Interop.Connection;
import dev.tou.kernel.Interop.Opener;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the kernel and we agree on in the handshake, and what the kernel's own books say after a transfer. */
@Tag("full")
class AgreementTest {

    private static final long SIZE = 8 << 20;
    private static final int BASIC_HEADERS = 20 + 20;
    private static final int TIMESTAMPS = 12;

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    private static void bothAtOnce(Connection connection, long size) {
        CompletableFuture<String> received = connection.kernel().receives(size);
        CompletableFuture<String> sent = connection.kernel().sends(1, size);
        connection.tou().sends(2, size);
        assertThat(connection.tou().receives(size)).isEqualTo(Payload.digest(1, size));
        assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(2, size));
        KernelProcess.result(sent);
    }

    /** On a wire that loses nothing neither side repeats anything, but for a tail probe when a process was stopped for long. */
    @ParameterizedTest
    @EnumSource(Opener.class)
    void aCleanWire(Opener opener) {
        try (Interop interop = new Interop("epoll")) {
            Connection connection = interop.open(opener);
            bothAtOnce(connection, SIZE);
            Interop.until("all acknowledged", () -> interop.kernel.connection().number("bytes_acked") >= SIZE);
            SocketStatistics kernel = interop.kernel.connection();
            System.out.println("a clean wire: " + kernel.line());
            int mss = 1492 - BASIC_HEADERS - TIMESTAMPS;
            assertThat(kernel.has("sack")).isTrue();
            assertThat(kernel.has("ts")).isTrue();
            assertThat(kernel.has("wscale")).isTrue();
            assertThat(kernel.number("mss")).isEqualTo(mss);
            assertThat(kernel.number("rcvmss")).isEqualTo(mss);
            // The SYN-ACK of a passive side is not counted, so the handshake is one byte more to the side that opened.
            assertThat(kernel.number("bytes_acked") - SIZE).isBetween(0L, 1L);
            assertThat(kernel.number("bytes_received")).isEqualTo(SIZE);
            long fewest = SIZE / mss;
            assertThat(kernel.number("data_segs_in")).isBetween(fewest, fewest + fewest / 20);
            for (String repeated :
                    new String[] {"TcpExt.TCPFastRetrans", "TcpExt.TCPTimeouts", "TcpExt.TCPSACKReorder"}) {
                assertThat(interop.kernel.counter(repeated)).as(repeated).isZero();
            }
            TcpInfo ours = ((TouSocketChannel) connection.tou().channel()).tcpInfo();
            assertThat(interop.kernel.counter("TcpExt.TCPDSACKOldSent"))
                    .as("our repetitions, of %s", ours)
                    .isLessThanOrEqualTo(ours.lossProbes());
            assertThat(ours.retrans()).as("our repetitions, of %s", ours).isLessThanOrEqualTo(ours.lossProbes());
            assertThat(ours.timeouts()).isZero();
            assertThat(interop.kernel.counter("Tcp.InErrs")).isZero();
            assertThat(interop.kernel.counter("TcpExt.PAWSEstab")).isZero();
            assertThat(ours.mss()).isEqualTo(mss);
            assertThat(interop.kernel.bridgeCounter("to_kernel.undelivered")).isZero();
            assertThat(interop.kernel.bridgeCounter("from_kernel.undelivered")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TOU, tcp_window_scaling, wscale", "KERNEL, tcp_window_scaling, wscale",
        "TOU, tcp_sack, sack", "KERNEL, tcp_sack, sack",
        "TOU, tcp_timestamps, ts", "KERNEL, tcp_timestamps, ts",
    })
    void withoutAnOptionOfTheKernel(Opener opener, String sysctl, String word) {
        try (Interop interop = new Interop("epoll", "--loss", "0.002", "--seed", "7")) {
            interop.kernel.sysctl("net.ipv4." + sysctl, "0");
            Connection connection = interop.open(opener);
            assertThat(interop.kernel.connection().has(word)).isFalse();
            bothAtOnce(connection, SIZE);
            SocketStatistics kernel = interop.kernel.connection();
            System.out.println("without " + word + ": " + kernel.line());
            assertThat(kernel.number("mss")).isEqualTo(1492 - BASIC_HEADERS - (word.equals("ts") ? 0 : TIMESTAMPS));
        }
    }

    @ParameterizedTest
    @EnumSource(Opener.class)
    void withoutAnOptionOfOurs(Opener opener) {
        try (Interop interop = new Interop("epoll", "--loss", "0.002", "--seed", "8")
                .option(TouChannelOption.SACK, false)
                .option(TouChannelOption.TIMESTAMPS, false)
                .option(TouChannelOption.WINDOW_SCALING, false)) {
            Connection connection = interop.open(opener);
            SocketStatistics kernel = interop.kernel.connection();
            assertThat(kernel.has("sack") || kernel.has("ts") || kernel.has("wscale"))
                    .isFalse();
            bothAtOnce(connection, SIZE);
        }
    }

    /**
     * The kernel's device carries little, so its segments, and those that it asks for, are small. Below 536 bytes we do not go
     * (CVE-2019-11479).
     */
    @ParameterizedTest
    @CsvSource({"nio, TOU, 588, 536", "epoll, KERNEL, 588, 536", "epoll, KERNEL, 296, 524"})
    void aSmallMssOfTheKernel(String io, Opener opener, int mtu, int ours) {
        long size = SIZE / 8;
        try (Interop interop = new Interop(io, "--mtu", "" + mtu)) {
            Connection connection = interop.open(opener);
            bothAtOnce(connection, size);
            SocketStatistics kernel = interop.kernel.connection();
            System.out.println("a small MSS of the kernel: " + kernel.line());
            assertThat(kernel.number("mss")).isEqualTo(mtu - BASIC_HEADERS - TIMESTAMPS);
            assertThat(((TouSocketChannel) connection.tou().channel()).tcpInfo().mss())
                    .isEqualTo(ours);
            assertThat(kernel.number("data_segs_in")).isBetween(size / ours, size / ours + size / ours / 20);
        }
    }

    /** Our path carries 576 bytes. We take larger segments, so the kernel sends them. */
    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void aSmallMssOfOurs(String io, Opener opener) {
        try (Interop interop = new Interop(io)
                .option(TouChannelOption.PATH_MTU, 576)
                .option(TouChannelOption.PATH_MTU_DISCOVERY, false)) {
            Connection connection = interop.open(opener);
            bothAtOnce(connection, SIZE / 8);
            SocketStatistics kernel = interop.kernel.connection();
            System.out.println("a small MSS of ours: " + kernel.line());
            assertThat(kernel.number("rcvmss")).isEqualTo(576 - 8 - BASIC_HEADERS - TIMESTAMPS);
            assertThat(kernel.number("mss")).isEqualTo(1492 - BASIC_HEADERS - TIMESTAMPS);
        }
    }
}
