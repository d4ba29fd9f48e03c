// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Transports;
import dev.tou.bench.compare.Contender;
import dev.tou.bench.compare.Flood;
import dev.tou.bench.compare.Meter;
import dev.tou.bench.compare.Opening;
import dev.tou.bench.compare.Services;
import dev.tou.bench.compare.Settings;
import dev.tou.bench.compare.SocketContender;
import dev.tou.bench.ping.OpenLoop;
import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A process at one end of the link: it listens for all transports, and opens one connection at a time when it is told to. Takes
 * orders as lines on its standard input, and ends when that does.
 *
 * <pre>
 *   connect TRANSPORT HOST PORT flood|requests    ends the one before and opens a connection; a flood begins at once
 *   requests PER_SECOND COUNT                     sends them and waits for the answers
 *   info                                          tells what the connection knows about itself
 *   close                                         ends it without a word
 *   read                                          tells how much was received so far, on all connections
 * </pre>
 */
@Command(name = "link-peer", hidden = true, description = "A process at one end of the link of bench/lossy-link.sh.")
public final class LinkPeerCommand implements Callable<Integer> {

    static final String TOU = "tou";
    static final String KERNEL = "tcp-cubic";

    /** For requests only: see {@link PlainUdp}. */
    static final String UDP = "udp";

    /** What the requests and the answers have. */
    static final int REQUEST_BYTES = 256;

    private static final int CONNECT_MILLIS = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(names = "--path-mtu", required = true)
    private int pathMtuBytes;

    @Option(names = "--rcvbuf", required = true)
    private int receiveBufferBytes;

    @Mixin
    private CommonOptions common;

    private EventLoop loop;
    private Meter meter;
    private Map<String, Contender> transports;
    private Channel channel;
    private OpenLoop requests;

    @Override
    public Integer call() throws Exception {
        EventLoopGroup group = Transports.group(common.io(), 1, "tou-link-peer");
        List<Channel> listening = new ArrayList<>();
        try {
            loop = group.next();
            meter = new Meter(loop);
            Settings settings = new Settings(common.io(), pathMtuBytes, receiveBufferBytes);
            transports = new LinkedHashMap<>();
            transports.put(KERNEL, SocketContender.tcpOfAlgorithm(KERNEL, settings, "cubic"));
            transports.put(TOU, SocketContender.tou(TOU, settings));
            Map<String, Integer> ports = new LinkedHashMap<>();
            for (Contender transport : transports.values()) {
                Channel listener = transport.listen(loop, new InetSocketAddress("0.0.0.0", 0), new Services(meter));
                listening.add(listener);
                ports.put(transport.name(), ((InetSocketAddress) listener.localAddress()).getPort());
            }
            Channel reflector = PlainUdp.listen(common.io(), loop, new InetSocketAddress("0.0.0.0", 0));
            listening.add(reflector);
            ports.put(UDP, ((InetSocketAddress) reflector.localAddress()).getPort());
            common.lines()
                    .emit(
                            "listening",
                            JsonLines.fields(
                                    "ports", ports, "tou", transports.get(TOU).describe()));
            obey();
        } finally {
            Transports.shutdown(group, listening.toArray(Channel[]::new));
        }
        return ExitCode.DONE.code();
    }

    private void obey() throws IOException, InterruptedException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            try {
                obey(order.split(" "));
            } catch (Failure failure) { // of this connection; the next may do better
                end();
                common.lines()
                        .emit(
                                "failed",
                                JsonLines.fields("exit", failure.exit().code(), "sentence", failure.getMessage()));
            }
        }
    }

    private void obey(String... words) throws InterruptedException {
        switch (words[0]) {
            case "connect" -> connect(words[1], words[2], Integer.parseInt(words[3]), words[4]);
            case "requests" -> request(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "info" -> common.lines().emit("info", JsonLines.fields("connection", info()));
            case "close" -> {
                end();
                common.lines().emit("closed", Map.of());
            }
            case "read" -> common.lines().emit("reading", meter.read().fields());
            default -> throw new IllegalArgumentException("not an order: " + words[0]);
        }
    }

    private void connect(String transport, String host, int port, String purpose) throws InterruptedException {
        end(); // an attempt that failed elsewhere may have left it
        boolean flood = purpose.equals("flood");
        requests = flood ? null : new OpenLoop(common.io(), loop, REQUEST_BYTES);
        ChannelHandler user = flood ? new Flood() : requests.handler();
        InetSocketAddress server = new InetSocketAddress(host, port);
        if (transport.equals(UDP)) {
            channel = PlainUdp.connect(common.io(), loop, server, user);
        } else {
            channel = open(transport, server, flood ? Services.Service.SINK : Services.Service.ECHO, user);
        }
        common.lines().emit("opened", Map.of());
    }

    private Channel open(String transport, InetSocketAddress server, Services.Service service, ChannelHandler user)
            throws InterruptedException {
        var opened = transports.get(transport).connect(loop, server, new Opening(service, () -> user));
        if (!opened.await(CONNECT_MILLIS) || !opened.isSuccess()) {
            throw new Failure(
                    ExitCode.REFUSED,
                    transport + " cannot connect over the link: " + opened.cause() + ".",
                    opened.cause());
        }
        return opened.getNow();
    }

    private void request(int perSecond, int count) throws InterruptedException {
        OpenLoop.Outcome outcome =
                requests.run(perSecond, count, PATIENCE, () -> common.lines().emit("waiting", Map.of()));
        common.lines()
                .emit(
                        "answered",
                        JsonLines.fields("latency", encode(outcome.latency()), "lateness", encode(outcome.lateness())));
    }

    /** {@return a histogram as text, which {@link Peer#decode} reads} */
    static String encode(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /** {@return all that the connection knows, by the names of {@link TcpInfo}; empty for the kernel's} */
    private Map<String, Object> info() throws InterruptedException {
        if (!(channel instanceof TouSocketChannel tou)) {
            return Map.of();
        }
        TcpInfo info = loop.submit(tou::tcpInfo).sync().getNow();
        Map<String, Object> fields = new LinkedHashMap<>();
        info.toMap()
                .forEach((name, value) -> fields.put(name, value instanceof Number ? value : String.valueOf(value)));
        fields.put("alive", channel.isActive());
        return fields;
    }

    /** With a reset, so that nothing of this connection is sent over the next link. */
    private void end() throws InterruptedException {
        if (channel != null) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close().await(5, TimeUnit.SECONDS);
            channel = null;
        }
        if (requests != null) {
            requests.close();
            requests = null;
        }
    }
}
