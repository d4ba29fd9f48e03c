// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.tou.channel.TouChannelOption;
import dev.tou.dying.DyingTable;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes that are killed, hosts that vanish, ways that are closed: three network namespaces, real processes on real UDP, and
 * what the application at the other end is told, when, in which words. {@code docs/DYING.md} has it as a table.
 */
@Tag("full")
class DyingTest {

    private static final int MTU = 1500;
    private static final double NANOS_PER_SECOND = 1e9;

    /** A busy machine makes long round trips, and so long waits. */
    private static final double LATE_SECONDS = 60;

    /** What a process of a namespace holds. */
    private static final class There {
        private static TouHost host;
        private static Witness witness;
        private static Channel channel;
    }

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    // --- what is done in the processes ---

    private static int listen(String io, int port) {
        There.host = new TouHost(io);
        InetSocketAddress address = new InetSocketAddress(RoutedHosts.SERVER, port);
        return There.host.listen(address, Map.of(), Witness.Echo::new).getPort();
    }

    private static Void connect(String io, int port, Map<String, Integer> options) {
        There.host = new TouHost(io);
        There.witness = new Witness();
        var client = There.host.plainClient(There.witness);
        options.forEach((name, value) -> {
            if (name.equals("SO_KEEPALIVE")) {
                client.option(ChannelOption.SO_KEEPALIVE, true);
            } else {
                client.option(ChannelOption.valueOf(TouChannelOption.class, name), value);
            }
        });
        TouHost.done(client.connect(RoutedHosts.SERVER, port));
        There.channel = There.witness.greeted();
        return null;
    }

    private static String connectInVain(String io, int millis) {
        There.host = new TouHost(io);
        String seen = "";
        for (int i = 0; i < 2; i++) {
            // The second time: in the first, classes are loaded.
            long began = System.nanoTime();
            Throwable failure = TouHost.failure(There.host
                    .plainClient(new Witness())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                    .connect(RoutedHosts.SERVER, 4000));
            seen = Witness.name(failure) + "@" + (System.nanoTime() - began);
        }
        return seen;
    }

    /** {@return when it has said its word} */
    private static long speak() {
        long now = System.nanoTime();
        There.channel.writeAndFlush(Witness.word());
        return now;
    }

    // --- how they die ---

    private interface Blow {
        void strike(RoutedHosts hosts, int port) throws IOException;
    }

    /** The peer is struck, then the client speaks, and dies of it. */
    private static Witness.Death dies(String io, Map<String, Integer> options, Blow blow, String happened, double least)
            throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            int port = hosts.server.run(() -> listen(io, 0));
            hosts.client.run(() -> connect(io, port, options));
            blow.strike(hosts, port);
            long began = hosts.client.run(DyingTest::speak);
            Witness.Death death = hosts.client.run(() -> There.witness.death());
            double seconds = (death.nanos() - began) / NANOS_PER_SECOND;
            assertThat(seconds).isBetween(least, least + LATE_SECONDS);
            DyingTable.about(happened, death.cause(), seconds);
            return death;
        }
    }

    // S7. A killed Java process says nothing: its host does, for it.
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theServerIsKilled(String io) throws IOException {
        dies(io, Map.of(), (hosts, port) -> hosts.server.kill(), "server killed (SIGKILL), client sends", 0.1);
    }

    @Test
    void theServerIsKilledAndTheClientOnlyWaits() throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            int port = hosts.server.run(() -> listen("epoll", 0));
            Map<String, Integer> options = Map.of("SO_KEEPALIVE", 1, "KEEP_IDLE", 3, "KEEP_INTERVAL", 1);
            hosts.client.run(() -> connect("epoll", port, options));
            // The peer's silence begins with its last echo, which may be older than the blow.
            long spoken = hosts.client.run(() -> There.witness.spokenNanos());
            hosts.server.kill();
            Witness.Death death = hosts.client.run(() -> There.witness.death());
            double seconds = (death.nanos() - spoken) / NANOS_PER_SECOND;
            assertThat(seconds).isBetween(3.0, 4 + LATE_SECONDS);
            DyingTable.about(
                    "server killed, client waits with `SO_KEEPALIVE`, `KEEP_IDLE` 3, `KEEP_INTERVAL` 1",
                    death.cause(),
                    seconds);
        }
    }

    // Whatever waits without keep-alive waits for ever.
    @Test
    void whoOnlyWaitsDoesNotKnow() throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            int port = hosts.server.run(() -> listen("epoll", 0));
            hosts.client.run(() -> connect("epoll", port, Map.of()));
            hosts.server.kill();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
            assertThat(hosts.client.run(() -> There.witness.isAlive())).isTrue();
        }
    }

    // S10.
    @Test
    void theServerIsTerminated() throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            int port = hosts.server.run(() -> listen("epoll", 0));
            hosts.client.run(() -> connect("epoll", port, Map.of()));
            long began = System.nanoTime();
            hosts.server.terminate();
            Witness.Death death = hosts.client.run(() -> There.witness.death());
            double seconds = (death.nanos() - began) / NANOS_PER_SECOND;
            assertThat(seconds).isBetween(0.0, LATE_SECONDS);
            DyingTable.about("server terminated (SIGTERM)", death.cause(), seconds);
        }
    }

    // S7: the new process knows nothing of the old one's connections.
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theServerIsRestarted(String io) throws IOException {
        Blow restart = (hosts, port) -> {
            hosts.server.kill();
            hosts.startServer();
            hosts.server.run(() -> listen(io, port));
        };
        dies(io, Map.of(), restart, "server killed and started again, client sends", 0);
    }

    // S9.
    @Test
    void theHostIsRebooted() throws IOException {
        Blow reboot = (hosts, port) -> {
            hosts.rebootServer();
            hosts.startServer();
            hosts.server.run(() -> listen("epoll", port));
        };
        dies("epoll", Map.of(), reboot, "server's host rebooted, the server started again, client sends", 0);
    }

    // S8: nobody says anything any more.
    @Test
    void theHostVanishes() throws IOException {
        dies(
                "epoll",
                Map.of("USER_TIMEOUT", 2000),
                (hosts, port) -> hosts.cutOffServer(),
                "server's host vanished, `USER_TIMEOUT` 2000",
                2);
    }

    @Test
    void theHostVanishesAndFourTriesAreEnough() throws IOException {
        Witness.Death death = dies(
                "epoll",
                Map.of("RETRIES2", 3),
                (hosts, port) -> hosts.cutOffServer(),
                "server's host vanished, `RETRIES2` 3",
                0.5);
        assertThat(death.warned()).as("a DeliveryProblem came before").isTrue();
    }

    // S8: a router says so, in words that Linux hands to a UDP socket.
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theRouterProhibitsTheWay(String io) throws IOException {
        dies(
                io,
                Map.of("USER_TIMEOUT", 2000),
                (hosts, port) -> hosts.routeToServer("prohibit"),
                "router prohibits the way (ICMP 3/13), `USER_TIMEOUT` 2000",
                2);
    }

    // ... and in words that it keeps to itself.
    @Test
    void theRouterSaysUnreachable() throws IOException {
        dies(
                "epoll",
                Map.of("USER_TIMEOUT", 2000),
                (hosts, port) -> hosts.routeToServer("unreachable"),
                "router says host unreachable (ICMP 3/1), `USER_TIMEOUT` 2000",
                2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theClientsOwnLinkGoesDown(String io) throws IOException {
        dies(
                io,
                Map.of("USER_TIMEOUT", 2000),
                (hosts, port) -> hosts.cutOffClient(),
                "client's own link down, `USER_TIMEOUT` 2000",
                2);
    }

    // --- handshakes ---

    private static void refused(Blow blow, String happened, double least) throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            blow.strike(hosts, 4000);
            String[] seen = hosts.client.run(() -> connectInVain("epoll", 2000)).split("@");
            double seconds = Long.parseLong(seen[1]) / NANOS_PER_SECOND;
            assertThat(seconds).isBetween(least, least + LATE_SECONDS);
            DyingTable.about(happened, seen[0], seconds);
        }
    }

    @Test
    void nobodyListens() throws IOException {
        refused((hosts, port) -> {}, "connect, nobody has the UDP port", 0);
    }

    @Test
    void nobodyCanBeReached() throws IOException {
        refused((hosts, port) -> hosts.routeToServer("prohibit"), "connect, router prohibits the way", 0);
    }

    @Test
    void nobodyAnswers() throws IOException {
        refused((hosts, port) -> hosts.cutOffServer(), "connect, host vanished, `CONNECT_TIMEOUT_MILLIS` 2000", 2);
    }

    // --- the server's side ---

    /** A socket that serves many peers hears no ICMP: only its own patience tells it. */
    @Test
    void theClientIsKilled() throws IOException {
        try (RoutedHosts hosts = new RoutedHosts(MTU)) {
            int port = hosts.client.run(DyingTest::listenAsClient);
            hosts.server.run(() -> connectTo("198.18.1.2", port));
            hosts.client.run(DyingTest::isGreeted);
            hosts.server.kill();
            long began = hosts.client.run(DyingTest::speak);
            Witness.Death death = hosts.client.run(() -> There.witness.death());
            double seconds = (death.nanos() - began) / NANOS_PER_SECOND;
            assertThat(seconds).isBetween(2.0, 2 + LATE_SECONDS);
            DyingTable.about("client killed, server sends, `USER_TIMEOUT` 2000", death.cause(), seconds);
        }
    }

    private static int listenAsClient() {
        There.host = new TouHost("epoll");
        There.witness = new Witness();
        InetSocketAddress address = new InetSocketAddress("198.18.1.2", 0);
        Map<ChannelOption<?>, Object> options = Map.of(TouChannelOption.USER_TIMEOUT, 2000);
        return There.host.listen(address, options, () -> There.witness).getPort();
    }

    private static boolean isGreeted() {
        There.channel = There.witness.greeted();
        return true;
    }

    private static Void connectTo(String host, int port) {
        There.host = new TouHost("epoll");
        // Not a witness too: where two words come in one read, each end would wait for the other's next.
        TouHost.done(There.host.plainClient(new Witness.Echo()).connect(host, port));
        return null;
    }
}
