// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.Version;

/** What a reader must know about the machine to judge the figures. What cannot be found out here is left out. */
public final class Environment {

    private static final Path PROC = Path.of("/proc");
    private static final Path SYS = PROC.resolve("sys/net");

    private Environment() {}

    /** {@return the machine and the libraries} */
    public static Map<String, String> machine() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        put(facts, "cpu", cpuModel());
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("java", Runtime.version() + " " + System.getProperty("java.vm.name"));
        put(facts, "netty", nettyVersion("netty-transport"));
        return facts;
    }

    /** {@return what does not change while the benchmark runs} */
    static Map<String, String> describe(EventLoop loop, Settings settings) throws InterruptedException {
        Map<String, String> facts = machine();
        put(facts, "netty-quic", nettyVersion("netty-codec-classes-quic"));
        facts.put("event loops", settings.io().name().toLowerCase(Locale.ROOT) + ", one in each process");
        put(facts, "loopback MTU", read(Path.of("/sys/class/net/lo/mtu")));
        put(facts, "net.core.rmem_max", read(SYS.resolve("core/rmem_max")));
        facts.put("UDP SO_RCVBUF granted", grantedReceiveBuffer(loop, settings));
        put(facts, "net.ipv4.tcp_rmem", read(SYS.resolve("ipv4/tcp_rmem")));
        put(facts, "net.ipv4.tcp_congestion_control", read(SYS.resolve("ipv4/tcp_congestion_control")));
        put(facts, "net.ipv4.ip_local_port_range", read(SYS.resolve("ipv4/ip_local_port_range")));
        put(facts, "net.ipv4.tcp_tw_reuse", read(SYS.resolve("ipv4/tcp_tw_reuse")));
        return facts;
    }

    /**
     * What else happens on the machine, at one moment.
     *
     * @param load the load averages of 1, 5 and 15 minutes, or null
     * @param stealTicks time that other virtual machines took, of all cores since boot; -1 if unknown
     * @param ticks all time of all cores since boot
     */
    public record Busyness(String load, long stealTicks, long ticks) {

        public static Busyness now() {
            String load = read(PROC.resolve("loadavg"));
            String loads = load == null
                    ? null
                    : String.join(" ", List.of(load.split(" ")).subList(0, 3));
            String stat = read(PROC.resolve("stat"));
            if (stat == null) {
                return new Busyness(loads, -1, 0);
            }
            String[] words = stat.lines().findFirst().orElse("").split("\\s+");
            long sum = 0;
            for (int i = 1; i <= STEAL; i++) {
                sum += Long.parseLong(words[i]);
            }
            return new Busyness(loads, Long.parseLong(words[STEAL]), sum);
        }

        /** {@return the share of the time since {@code earlier} that was stolen, 0 to 1, or null if unknown} */
        public Double stolenSince(Busyness earlier) {
            return stealTicks < 0 || ticks == earlier.ticks
                    ? null
                    : (double) (stealTicks - earlier.stealTicks) / (ticks - earlier.ticks);
        }

        /** user nice system idle iowait irq softirq steal: proc(5). */
        private static final int STEAL = 8;
    }

    private static String cpuModel() {
        String info = read(PROC.resolve("cpuinfo"));
        return info == null
                ? null
                : info.lines()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(null);
    }

    private static String nettyVersion(String artifact) {
        Version version = Version.identify().get(artifact);
        return version == null ? null : version.artifactVersion();
    }

    private static String grantedReceiveBuffer(EventLoop loop, Settings settings) throws InterruptedException {
        Channel udp = new Bootstrap()
                .group(loop)
                .channel(Transports.datagramChannel(settings.io()))
                .option(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes())
                .handler(new ChannelInboundHandlerAdapter())
                .register()
                .sync()
                .channel();
        int granted = udp.config().getOption(ChannelOption.SO_RCVBUF);
        udp.close().sync();
        return granted + " of " + settings.receiveBufferBytes();
    }

    private static void put(Map<String, String> facts, String name, String value) {
        if (value != null) {
            facts.put(name, value);
        }
    }

    /** {@return what stands in a file of the kernel, or null if there is none} */
    static String read(Path file) {
        // In one large read: what the kernel shows under /proc/sys ends where a second read would begin.
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().replace('\t', ' ');
        } catch (IOException | UncheckedIOException e) {
            return null;
        }
    }
}
