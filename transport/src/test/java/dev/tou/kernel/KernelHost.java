// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.tou.Ipv6Here;
import org.junit.jupiter.api.Assumptions;

/**
 * A kernel's TCP in a network namespace of its own, behind a {@code tunbridge}: see its source among the test resources for the
 * options and the addresses. All of it is gone when this is closed, or when the process of the test ends in whatever way.
 */
final class KernelHost implements AutoCloseable {

    private static final String SOURCE = "tunbridge.c";
    private static final Pattern READY = Pattern.compile("pid (\\d+) udp (\\d+) kernel (\\S+) peer (\\S+)");

    private static Path compiled;

    private final Process bridge;
    private final BufferedReader fromBridge;
    private final List<String> enter;
    private final KernelProcess process;
    private final InetSocketAddress udp;
    private final String inner;
    private final String peer;
    private String counters;

    private KernelHost(List<String> options) throws IOException {
        options.stream().filter(option -> option.startsWith("[")).forEach(Ipv6Here::orElseSkip);
        List<String> command = new ArrayList<>(List.of(compiled().toString(), "--stdin"));
        command.addAll(options);
        bridge = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        fromBridge = new BufferedReader(new InputStreamReader(bridge.getInputStream(), StandardCharsets.UTF_8));
        String line = fromBridge.readLine();
        Matcher ready = READY.matcher(String.valueOf(line));
        if (!ready.matches()) {
            throw new IOException("tunbridge did not start: " + line);
        }
        inner = ready.group(3);
        peer = ready.group(4);
        udp = new InetSocketAddress(inner.contains(":") ? "::1" : "127.0.0.1", Integer.parseInt(ready.group(2)));
        enter = List.of("nsenter", "--net=/proc/" + ready.group(1) + "/ns/net");
        process = new KernelProcess(enter);
    }

    /** With the options of tunbridge, such as {@code "--loss", "0.01"}. */
    static KernelHost start(String... options) {
        try {
            return new KernelHost(Arrays.asList(options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Aborts the test class, and says so, where something is missing; with {@code TOU_REQUIRE_ROOT=1} fails it. */
    static void needed() {
        List<String> missing = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            missing.add("/dev/net/tun");
        }
        Stream.of("cc", "ip", "ss", "nsenter")
                .filter(program -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .noneMatch(directory -> Files.isExecutable(Path.of(directory, program))))
                .forEach(missing::add);
        if (missing.isEmpty()) {
            return;
        }
        String words = "not tested against the kernel's TCP: no " + String.join(", no ", missing);
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(words);
        }
        System.out.println(words);
        Assumptions.abort(words);
    }

    private static synchronized Path compiled() throws IOException {
        if (compiled == null) {
            Path directory = Files.createTempDirectory("tunbridge");
            Path source = directory.resolve(SOURCE);
            try (InputStream in = KernelHost.class.getResourceAsStream(SOURCE)) {
                Files.copy(in, source);
            }
            Path binary = directory.resolve("tunbridge");
            Process compiler = new ProcessBuilder("cc", "-O2", "-o", binary.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
            String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!Files.exists(binary)) {
                throw new IOException("cc: " + words);
            }
            Stream.of(directory, source, binary).map(Path::toFile).forEach(File::deleteOnExit);
            compiled = binary;
        }
        return compiled;
    }

    /** {@return where the kernel's TCP is reached: over UDP, all its TCP ports behind this one} */
    InetSocketAddress udp() {
        return udp;
    }

    KernelProcess process() {
        return process;
    }

    /**
     * Listens on the TCP port that a channel means which connects to {@link #udp()}.
     *
     * @return how the next connection is accepted
     */
    KernelListener listen() {
        String address = inner;
        int port = udp.getPort();
        int id = process.run(() -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), 1024);
            return KernelProcessMain.keep(socket);
        });
        return new KernelListener(process, id);
    }

    /** A listening socket of the kernel. */
    record KernelListener(KernelProcess process, int id) {

        CompletableFuture<KernelSocket> accept() {
            KernelProcess there = process;
            int number = id;
            return process.start(() -> KernelProcessMain.keep(
                            KernelProcessMain.kept(ServerSocket.class, number).accept()))
                    .thenApply(accepted -> new KernelSocket(there, accepted));
        }
    }

    /** Connects to a TCP port of the peer, from a local port or, with 0, any. */
    CompletableFuture<KernelSocket> connect(int port, int localPort) {
        String from = inner;
        String to = peer;
        return process.start(() -> {
                    Socket socket = new Socket();
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(InetAddress.getByName(from), localPort));
                    try {
                        socket.connect(new InetSocketAddress(InetAddress.getByName(to), port), 60_000);
                    } catch (IOException e) {
                        socket.close();
                        throw e;
                    }
                    return KernelProcessMain.keep((Closeable) socket);
                })
                .thenApply(id -> new KernelSocket(process, id));
    }

    CompletableFuture<KernelSocket> connect(int port) {
        return connect(port, 0);
    }

    /** Runs a command in the namespace. {@return what it prints} */
    String exec(String... command) {
        List<String> whole = new ArrayList<>(enter);
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

    /** Sets a sysctl of the namespace, such as {@code net.ipv4.tcp_sack}. */
    void sysctl(String name, String value) {
        exec("sh", "-c", "echo '" + value + "' > /proc/sys/" + name.replace('.', '/'));
    }

    /** {@return a counter of the namespace, such as {@code Tcp.RetransSegs} or {@code TcpExt.TCPTimeouts}} */
    long counter(String name) {
        String[] parts = name.split("\\.");
        List<String> lines = exec("cat", "/proc/net/snmp", "/proc/net/netstat")
                .lines()
                .filter(line -> line.startsWith(parts[0] + ":"))
                .toList();
        int at = Arrays.asList(lines.get(0).split(" ")).indexOf(parts[1]);
        return Long.parseLong(lines.get(1).split(" ")[at]);
    }

    /** What is not acknowledged the kernel takes for lost after a minute, not after 200 ms, which may be a pause of ours. */
    void waitLongBeforeTimeouts() {
        exec("ip", "route", "change", peer, "dev", "tou0", "src", inner, "rto_min", "60s");
    }

    /** A RST does not end its TIME-WAIT (RFC 1337), such as ours to a FIN of its own that it repeats because ours was late. */
    void keepTimeWait() {
        sysctl("net.ipv4.tcp_rfc1337", "1");
    }

    /** Keeps what the kernel sends from us, or lets it go again. */
    void hold(boolean on) {
        try {
            bridge.getOutputStream().write(on ? 'h' : 'p');
            bridge.getOutputStream().flush();
            String now = fromBridge.readLine();
            if (!(on ? "holding" : "passing").equals(now)) {
                throw new AssertionError("tunbridge: " + now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void link(String upOrDown) {
        exec("ip", "link", "set", "tou0", upOrDown);
    }

    /** {@return what {@code ss} knows of the connections, listeners left out} */
    List<SocketStatistics> connections() {
        return exec("ss", "-tinmoHO", "state", "all", "exclude", "listening")
                .lines()
                .map(SocketStatistics::parse)
                .toList();
    }

    /** {@return what {@code ss} knows of the only connection} */
    SocketStatistics connection() {
        List<SocketStatistics> all = connections();
        if (all.size() != 1) {
            throw new AssertionError("not one connection: " + all);
        }
        return all.get(0);
    }

    /** Ends the bridge. {@return its counters, as JSON} */
    String bridgeCounters() {
        if (counters == null) {
            try {
                bridge.getOutputStream().close();
                counters = fromBridge.readLine();
                if (!bridge.waitFor(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("tunbridge does not end");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return counters;
    }

    /** {@return one of the bridge's counters, such as {@code from_kernel.lost}; ends the bridge} */
    long bridgeCounter(String name) {
        String[] parts = name.split("\\.");
        Matcher found = Pattern.compile("\"" + parts[0] + "\":\\{[^}]*\"" + parts[1] + "\":(\\d+)")
                .matcher(bridgeCounters());
        if (!found.find()) {
            throw new AssertionError(name + " is not in " + bridgeCounters());
        }
        return Long.parseLong(found.group(1));
    }

    @Override
    public void close() {
        process.close();
        try {
            bridgeCounters();
        } finally {
            bridge.destroyForcibly();
        }
    }
}
