// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.ListenAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tou impair}: the relay as a command. */
@Command(
        name = "impair",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Put a bad link between UDP clients and a server, without root.",
            "Relays datagrams, any protocol's, and delays, loses, holds back and duplicates them by a seed. The server "
                    + "sees each client under a port of the relay. A tou connection needs the same port number at "
                    + "--listen and --to, because its TCP port is the UDP port that the client connects to."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou impair --listen 7000 --to server:7000 --delay 20ms --loss 1%%",
            "  tou impair --listen 127.0.0.2:7000 --to 127.0.0.1:7000 --rate 20mbit --queue 64KiB",
            "  tou impair --listen 7000 --to server:7000 --delay 300ms --up loss=2%%,rate=1mbit"
        })
public final class ImpairCommand implements Callable<Integer> {

    @Option(names = "--listen", required = true, paramLabel = "[ADDRESS:]PORT", description = "Where clients send to.")
    private ListenAddress listen;

    @Option(names = "--to", required = true, paramLabel = "HOST:PORT", description = "The server.")
    private HostAndPort target;

    @Option(names = "--delay", paramLabel = "TIME", description = "From one end to the other, each way.")
    private String delay;

    @Option(
            names = "--jitter",
            paramLabel = "TIME",
            description = "Each datagram takes up to so much longer, and none overtakes another for it.")
    private String jitter;

    @Option(names = "--loss", paramLabel = "SHARE", description = "Datagrams lost, like 1%%.")
    private String loss;

    @Option(
            names = "--reorder",
            paramLabel = "SHARE",
            description = "Datagrams held back, so that others overtake them.")
    private String reorder;

    @Option(
            names = "--reorder-by",
            paramLabel = "TIME",
            description = "How long these are held at most (default: 2ms).")
    private String reorderBy;

    @Option(names = "--duplicate", paramLabel = "SHARE", description = "Datagrams that arrive twice.")
    private String duplicate;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "What the link carries, counting UDP payload, like 20mbit (default: no limit).")
    private String rate;

    @Option(
            names = "--queue",
            paramLabel = "SIZE",
            description = "What may wait for the rate; more is dropped (default: 256KiB).")
    private String queue;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description = "The largest IP packet; larger ones are dropped, silently as by a black hole (default: any).")
    private String mtu;

    @Option(
            names = "--up",
            paramLabel = "LINK",
            description = "What differs on the way to the server: loss=2%%,rate=1mbit")
    private String up = "";

    @Option(names = "--down", paramLabel = "LINK", description = "What differs on the way to the clients.")
    private String down = "";

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The n-th datagram of a seed has the same fate (default: a new one).")
    private Long seed;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "Print a line so often (default: a terminal has one that is redrawn, others none).")
    private Duration interval;

    @Option(names = "--duration", paramLabel = "TIME", description = "End after so long (default: at Ctrl-C).")
    private Duration duration;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        ImpairmentProfile both = profile(ImpairmentProfile.PERFECT, common());
        ImpairmentProfile toServer = profile(both, up);
        ImpairmentProfile toClient = profile(both, down);
        if (interval != null && interval.toMillis() < 1) {
            throw new Failure(ExitCode.USAGE, "--interval is too short; give 1ms or more.");
        }
        long chosenSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1, 1_000_000);
        InetSocketAddress server = resolved();
        try (UdpRelay relay = UdpRelay.start(common.io(), listen.resolve(), server, toServer, toClient, chosenSeed)) {
            ImpairView view = new ImpairView(common, relay, interval != null);
            try (Interruption hook = Interruption.onInterrupt(view::interrupted)) {
                assert hook != null;
                announce(relay.address(), toServer, toClient, chosenSeed);
                long begin = System.nanoTime();
                long tick = interval == null ? TimeUnit.SECONDS.toNanos(1) : interval.toNanos();
                long left = duration == null ? tick : Math.min(tick, duration.toNanos());
                while (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(left);
                    view.tick();
                    left = duration == null ? tick : Math.min(tick, duration.toNanos() - (System.nanoTime() - begin));
                }
                view.end();
            }
        }
        return ExitCode.DONE.code();
    }

    private String common() {
        StringBuilder text = new StringBuilder();
        String[] namesAndValues = {
            "delay",
            delay,
            "jitter",
            jitter,
            "loss",
            loss,
            "reorder",
            reorder,
            "reorder-by",
            reorderBy,
            "duplicate",
            duplicate,
            "rate",
            rate,
            "queue",
            queue,
            "mtu",
            mtu
        };
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                text.append(text.isEmpty() ? "" : ",")
                        .append(namesAndValues[i])
                        .append('=')
                        .append(namesAndValues[i + 1]);
            }
        }
        return text.toString();
    }

    private static ImpairmentProfile profile(ImpairmentProfile base, String text) {
        try {
            return base.with(text);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }

    private InetSocketAddress resolved() {
        try {
            return new InetSocketAddress(InetAddress.getByName(target.host()), target.port());
        } catch (UnknownHostException e) {
            throw Failures.connecting(target, "the server", e);
        }
    }

    private void announce(
            InetSocketAddress address, ImpairmentProfile toServer, ImpairmentProfile toClient, long chosen) {
        common.lines()
                .emit(
                        "listening",
                        JsonLines.fields(
                                "address", address.getAddress().getHostAddress(),
                                "port", address.getPort(),
                                "to", target.toString(),
                                "toServer", toServer.describe(),
                                "toClient", toClient.describe(),
                                "seed", chosen));
        if (common.json()) {
            return;
        }
        Console console = common.console();
        console.say(console.bold("tou impair") + "  " + HostAndPort.of(address) + " to " + target + "  seed " + chosen);
        if (toServer.equals(toClient)) {
            console.say(console.dim("  each way: ") + toServer.describe());
        } else {
            console.say(console.dim("  to the server: ") + toServer.describe());
            console.say(console.dim("  to the client: ") + toClient.describe());
        }
        if (address.getPort() != target.port()) {
            console.note("  A tou connection would need port " + target.port() + " here, too; other protocols do not.");
        }
    }
}
