// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.util.concurrent.CompletableFuture;

import dev.tou.channel.TouSocketChannel;
import dev.tou.kernel.Interop.Connection;
import dev.tou.kernel.Interop.Opener;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Bulk data between the kernel and us, compared by SHA-256, on a clean wire and on a bad one. */
@Tag("full")
class TransferTest {

    private static final long SIZE = 64 << 20;
    private static final int THERE = 1;
    private static final int BACK = 2;

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    private static void fromKernel(Connection connection, long size) {
        CompletableFuture<String> sent = connection.kernel().sends(THERE, size);
        assertThat(connection.tou().receives(size)).isEqualTo(Payload.digest(THERE, size));
        KernelProcess.result(sent);
    }

    private static void toKernel(Connection connection, long size) {
        CompletableFuture<String> received = connection.kernel().receives(size);
        connection.tou().sends(BACK, size);
        assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(BACK, size));
    }

    private static void bothAtOnce(Connection connection, long size) {
        CompletableFuture<String> received = connection.kernel().receives(size);
        CompletableFuture<String> sent = connection.kernel().sends(THERE, size);
        connection.tou().sends(BACK, size);
        assertThat(connection.tou().receives(size)).isEqualTo(Payload.digest(THERE, size));
        assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(BACK, size));
        KernelProcess.result(sent);
    }

    /** Prints a scenario's figure. */
    private static void report(String scenario, long bytes, long sinceNanos) {
        double seconds = (System.nanoTime() - sinceNanos) / 1e9;
        System.out.printf("%s: %d MB in %.2f s, %.0f MB/s%n", scenario, bytes >> 20, seconds, bytes / seconds / 1e6);
    }

    @ParameterizedTest
    @CsvSource({
        "nio, TOU, 127.0.0.1:0",
        "nio, KERNEL, 127.0.0.1:0",
        "epoll, TOU, 127.0.0.1:0",
        "epoll, KERNEL, 127.0.0.1:0",
        "nio, TOU, [::1]:0",
        "epoll, KERNEL, [::1]:0",
    })
    void eachWayThenBoth(String io, Opener opener, String bind) {
        try (Interop interop = new Interop(io, "--bind", bind)) {
            Connection connection = interop.open(opener);
            String scenario = io + ", opened by " + opener + ", " + bind + ", ";
            long began = System.nanoTime();
            toKernel(connection, SIZE);
            report(scenario + "to the kernel", SIZE, began);
            began = System.nanoTime();
            fromKernel(connection, SIZE);
            report(scenario + "from the kernel", SIZE, began);
        }
        try (Interop interop = new Interop(io, "--bind", bind)) {
            Connection connection = interop.open(opener);
            long began = System.nanoTime();
            bothAtOnce(connection, SIZE);
            report(io + ", opened by " + opener + ", " + bind + ", both at once", 2 * SIZE, began);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nio, KERNEL, 0.01, 16",
        "epoll, TOU, 0.01, 16",
        "nio, TOU, 0.03, 16",
        "epoll, KERNEL, 0.03, 16",
    })
    void badWire(String io, Opener opener, double rate, long megabytes) {
        String[] wire = {
            "--loss", "" + rate, "--reorder", "" + rate, "--duplicate", "" + rate, "--seed", "" + (long) (1000 * rate)
        };
        long size = megabytes << 20;
        try (Interop interop = new Interop(io, wire)) {
            Connection connection = interop.open(opener);
            String scenario = io + ", opened by " + opener + ", " + String.join(" ", wire) + ", ";
            long began = System.nanoTime();
            toKernel(connection, size);
            report(scenario + "to the kernel", size, began);
            began = System.nanoTime();
            fromKernel(connection, size);
            report(scenario + "from the kernel", size, began);
            began = System.nanoTime();
            bothAtOnce(connection, size);
            report(scenario + "both at once", 2 * size, began);
            TcpInfo ours = ((TouSocketChannel) connection.tou().channel()).tcpInfo();
            System.out.printf(
                    "we: %d sent again, %d recoveries, %d timeouts; the kernel: %s sent again, %d timeouts%n",
                    ours.retrans(),
                    ours.recoveries(),
                    ours.timeouts(),
                    interop.kernel.connection().retransmissions(),
                    interop.kernel.counter("TcpExt.TCPTimeouts"));
            assertThat(interop.kernel.bridgeCounter("from_kernel.lost")).isPositive();
            assertThat(interop.kernel.bridgeCounter("to_kernel.reordered")).isPositive();
        }
    }
}
