// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A client and a server with a router between them: three network namespaces, and Linux itself forwards. The link behind the
 * router carries smaller packets than the client's interface does; the router says so by ICMP, as routers do. The namespaces
 * have no names, and end with the processes that hold them, so with the test.
 */
final class RoutedHosts implements AutoCloseable {

    static final String SERVER = "198.18.2.2";

    private static final int CLIENT_HOST = 0;
    private static final int SERVER_HOST = 2;

    private final List<Process> holders = new ArrayList<>();
    private final List<String> router;
    final KernelProcess client;
    KernelProcess server;

    RoutedHosts(int mtuBehindRouter) {
        try {
            Process clientHolder = hold();
            Process routerHolder = hold();
            Process serverHolder = hold();
            router = enter(routerHolder);
            connect(clientHolder, "198.18.1.2/24", "198.18.1.1/24", "left");
            connect(serverHolder, SERVER + "/24", "198.18.2.1/24", "right");
            exec(enter(clientHolder), "ip", "route", "add", "default", "via", "198.18.1.1");
            exec(enter(serverHolder), "ip", "route", "add", "default", "via", "198.18.2.1");
            exec(router, "ip", "link", "set", "right", "mtu", String.valueOf(mtuBehindRouter));
            exec(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            client = new KernelProcess(enter(clientHolder));
            startServer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more process on the server's host; the one before should have ended. */
    void startServer() throws IOException {
        server = new KernelProcess(enter(holders.get(SERVER_HOST)));
    }

    /** The server's host goes down with all that it knows, and comes up again, with nobody on it. */
    void rebootServer() throws IOException {
        server.kill();
        Process before = holders.get(SERVER_HOST);
        before.destroyForcibly();
        await(before);
        holders.remove(SERVER_HOST);
        // The kernel takes away the namespace, and its end of the link, a moment after its last process.
        Interop.until(
                "the link is gone", () -> !exec(router, "ip", "-o", "link").contains("right"));
        connect(hold(), SERVER + "/24", "198.18.2.1/24", "right");
        exec(enter(holders.get(SERVER_HOST)), "ip", "route", "add", "default", "via", "198.18.2.1");
    }

    /** The cable is out of the server's host. */
    void cutOffServer() {
        exec(enter(holders.get(SERVER_HOST)), "ip", "link", "set", "eth0", "down");
    }

    /** The cable is out of the client's host. */
    void cutOffClient() {
        exec(enter(holders.get(CLIENT_HOST)), "ip", "link", "set", "eth0", "down");
    }

    /**
     * The router has another route to the server.
     *
     * @param kind {@code prohibit} or {@code unreachable}, which it tells by ICMP, or {@code blackhole}
     */
    void routeToServer(String kind) {
        exec(router, "ip", "route", "add", kind, SERVER + "/32");
    }

    private Process hold() throws IOException {
        Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        holders.add(holder);
        if (holder.getInputStream().read() < 0) {
            throw new IOException("no network namespace");
        }
        return holder;
    }

    private static List<String> enter(Process holder) {
        return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net");
    }

    private void connect(Process host, String address, String routerAddress, String routerInterface) {
        String routerPid = String.valueOf(holders.get(1).pid());
        List<String> there = enter(host);
        exec(there, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", routerInterface, "netns", routerPid);
        exec(there, "ip", "address", "add", address, "dev", "eth0");
        exec(there, "ip", "link", "set", "eth0", "up");
        exec(there, "ip", "link", "set", "lo", "up");
        exec(router, "ip", "address", "add", routerAddress, "dev", routerInterface);
        exec(router, "ip", "link", "set", routerInterface, "up");
    }

    /** {@return how often the router has said that a packet is too large for what follows} */
    long fragmentationNeeded() {
        String[] lines = exec(router, "grep", "^IcmpMsg:", "/proc/net/snmp").split("\n");
        int at = Arrays.asList(lines[0].split(" ")).indexOf("OutType3");
        return at < 0 ? 0 : Long.parseLong(lines[1].split(" ")[at]);
    }

    private static String exec(List<String> where, String... command) {
        List<String> whole = new ArrayList<>(where);
        whole.addAll(Arrays.asList(command));
        try {
            Process run = new ProcessBuilder(whole).redirectErrorStream(true).start();
            String words = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (run.waitFor() != 0) {
                throw new AssertionError(whole + ": " + words);
            }
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
            server.close();
        } finally {
            holders.forEach(Process::destroyForcibly);
            holders.forEach(RoutedHosts::await);
        }
    }

    private static void await(Process holder) {
        try {
            if (!holder.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("a namespace does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
