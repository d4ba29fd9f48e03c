// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpFigure;
import dev.tou.window.PathMtu;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A router refuses our probe by ICMP. Linux makes that an error of the connected UDP socket, which fails the next datagram, of
 * whatever size and connection: it must cost neither the connection nor its packet size.
 */
@Tag("full")
class FragmentationNeededTest {

    private static final long CARRIED = 1400;
    private static final int ROUND = 1 << 20;

    /** Nine lost probes with a second between them come before the right size. */
    private static final int ROUNDS = 60;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Our side in the process of a namespace. */
    private static final class There {
        private static TouHost host;
        private static TouEnd end;
    }

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    private static int listen(String io) {
        There.host = new TouHost(io);
        InetSocketAddress any = new InetSocketAddress(RoutedHosts.SERVER, 0);
        return ((InetSocketAddress) There.host.listen(any, Map.of()).localAddress()).getPort();
    }

    private static void connect(String io, int port) {
        There.host = new TouHost(io);
        There.end = new TouEnd();
        TouHost.done(There.host
                .client(There.end)
                .option(TouChannelOption.PATH_MTU, PathMtu.BASE_BYTES)
                .connect(RoutedHosts.SERVER, port));
    }

    private static String receives(long bytes) {
        if (There.end == null) {
            There.end = There.host.accepted();
        }
        return There.end.receives(bytes);
    }

    private static long pathMtu() {
        return ((TouSocketChannel) There.end.channel()).tcpInfo().get(TcpFigure.PMTU);
    }

    // RFC 9293: MUST-54, SHLD-26.
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void itCostsNeitherTheConnectionNorItsPacketSize(String io) {
        try (RoutedHosts hosts = new RoutedHosts((int) CARRIED)) {
            int port = hosts.server.run(() -> listen(io));
            hosts.client.run(() -> {
                connect(io, port);
                return 0;
            });
            long found = 0;
            for (int round = 0; round < ROUNDS && found < CARRIED; round++) {
                int seed = round;
                CompletableFuture<String> received = hosts.server.start(() -> receives(ROUND));
                hosts.client.run(() -> {
                    There.end.sends(seed, ROUND);
                    return 0;
                });
                assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(seed, ROUND));
                LockSupport.parkNanos(PAUSE_NANOS);
                found = hosts.client.run(FragmentationNeededTest::pathMtu);
            }
            List<String> failures = hosts.client.run(() -> There.end.failures());
            assertThat(failures).isEmpty();
            assertThat(hosts.fragmentationNeeded()).as("ICMP of the router").isPositive();
            // What Java makes of NIO's sockets before 19 lets Linux fragment what it has learnt to be too large.
            boolean fragments = io.equals("nio") && Runtime.version().feature() < 19;
            assertThat(found).isIn(CARRIED, fragments ? 1500L : CARRIED);
        }
    }
}
