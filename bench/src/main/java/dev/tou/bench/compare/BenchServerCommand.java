// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Transports;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The server process of {@code tou bench}. Takes commands as lines on its standard input, and ends when that does, so that
 * it cannot outlive the client.
 */
@Command(name = "bench-server", hidden = true, description = "The server process of \"tou bench\".")
public final class BenchServerCommand implements Callable<Integer> {

    @Option(names = "--transports", required = true, split = ",")
    private List<String> names;

    @Option(names = "--path-mtu", required = true)
    private int pathMtuBytes;

    @Option(names = "--rcvbuf", required = true)
    private int receiveBufferBytes;

    @Option(names = "--core")
    private Integer core;

    @Option(names = "--jfr")
    private Path recordingFile;

    @Mixin
    private CommonOptions common;

    private Meter meter;
    private RoundEvent running;

    @Override
    public Integer call() throws Exception {
        EventLoopGroup group = Transports.group(common.io(), 1, Pinning.LOOP_NAME);
        List<Channel> listening = new ArrayList<>();
        try {
            EventLoop loop = group.next();
            meter = new Meter(loop);
            if (core != null) {
                Pinning.pin(loop, core);
            }
            Settings settings = new Settings(common.io(), pathMtuBytes, receiveBufferBytes);
            Map<String, Integer> ports = new LinkedHashMap<>();
            for (Contender contender : Contenders.named(names, settings, absent -> {})) {
                Channel channel = contender.listen(loop, new InetSocketAddress("127.0.0.1", 0), new Services(meter));
                listening.add(channel);
                ports.put(contender.name(), ((InetSocketAddress) channel.localAddress()).getPort());
            }
            common.lines().emit("listening", JsonLines.fields("ports", ports));
            serve();
        } finally {
            Transports.shutdown(group, listening.toArray(Channel[]::new));
        }
        return ExitCode.DONE.code();
    }

    private void serve() throws IOException {
        if (recordingFile == null) {
            obey();
            return;
        }
        try (FlightRecording recording = FlightRecording.start(recordingFile)) {
            assert recording != null;
            obey();
        }
    }

    private void obey() throws IOException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ");
            switch (words[0]) {
                case "begin" -> {
                    running = new RoundEvent(words[1], words[2], Integer.parseInt(words[3]));
                    running.begin();
                    common.lines().emit("reading", meter.read().fields());
                }
                case "read" -> common.lines().emit("reading", meter.read().fields());
                case "end" -> {
                    common.lines().emit("reading", meter.read().fields());
                    running.commit();
                }
                default -> throw new IllegalArgumentException("not an order: " + order);
            }
        }
    }
}
