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
            "Relays datagrams, any protocol's, and delays, loses, damages, holds back and duplicates them by a seed. The "
                    + "server sees each client under a port of the relay. A tou connection needs the same port number at "
                    + "--listen and --to, because its TCP port is the UDP port that the client connects to."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou impair --profiles                     the links that have a name",
            "  tou impair --listen 7000 --to server:7000 --profile lte",
            "  tou impair --listen 7000 --to server:7000 --profile lte --loss 2%%",
            "  tou impair --listen 7000 --to server:7000 --profile my.properties:ferry",
            "  tou impair --listen 127.0.0.2:7000 --to 127.0.0.1:7000 --rate 20mbit",
            "  tou impair --listen 7000 --to server:7000 --burst-loss 1%%/8 --up rate=1mbit",
            "  tou impair --profile lte --netem          the same link for tc netem"
        })
public final class ImpairCommand implements Callable<Integer> {

    private static final int LINE_COLUMNS = 80;

    @Option(names = "--listen", required = true, paramLabel = "[ADDRESS:]PORT", description = "Where clients send to.")
    private ListenAddress listen;

    @Option(names = "--to", required = true, paramLabel = "HOST:PORT", description = "The server.")
    private HostAndPort target;

    @Mixin
    private LinkOptions link;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "With the same number the n-th datagram has the same fate (default: a new number).")
    private Long seed;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "Print a line so often (default: a terminal has one that is redrawn, others none).")
    private Duration interval;

    @Option(names = "--duration", paramLabel = "TIME", description = "End after so long (default: at Ctrl-C).")
    private Duration duration;

    @Option(names = "--profiles", help = true, description = "List the links that have a name, and end.")
    private boolean profiles;

    @Option(
            names = "--netem",
            help = true,
            description = "Print the link in the words of \"tc qdisc ... netem\", and end.")
    private boolean netem;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        if (profiles) {
            ProfileTable.show(common, LinkFile.builtIn().links());
            return ExitCode.DONE.code();
        }
        LinkOptions.Link chosen = link.link();
        if (netem) {
            printNetem(chosen);
            return ExitCode.DONE.code();
        }
        if (interval != null && interval.toMillis() < 1) {
            throw new Failure(ExitCode.USAGE, "--interval is too short; give 1ms or more.");
        }
        long chosenSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1, 1_000_000);
        InetSocketAddress server = resolved();
        try (UdpRelay relay = UdpRelay.start(
                common.io(), listen.resolve(), server, chosen.toServer(), chosen.toClient(), chosenSeed)) {
            ImpairView view = new ImpairView(common, relay, interval != null);
            try (Interruption hook = Interruption.onInterrupt(view::interrupted)) {
                assert hook != null;
                announce(relay.address(), chosen, chosenSeed);
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

    private void printNetem(LinkOptions.Link chosen) {
        try {
            String up = Netem.arguments(chosen.toServer());
            String down = Netem.arguments(chosen.toClient());
            common.lines().emit("netem", JsonLines.fields("up", up, "down", down));
            if (!common.json()) {
                common.console().say("up " + up);
                common.console().say("down " + down);
            }
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

    private void announce(InetSocketAddress address, LinkOptions.Link chosen, long chosenSeed) {
        String toServer = chosen.toServer().describe();
        String toClient = chosen.toClient().describe();
        common.lines()
                .emit(
                        "listening",
                        JsonLines.fields(
                                "address",
                                address.getAddress().getHostAddress(),
                                "port",
                                address.getPort(),
                                "to",
                                target.toString(),
                                "toServer",
                                toServer,
                                "toClient",
                                toClient,
                                "seed",
                                chosenSeed));
        if (common.json()) {
            return;
        }
        Console console = common.console();
        console.say(
                console.bold("tou impair") + "  " + HostAndPort.of(address) + " to " + target + "  seed " + chosenSeed);
        if (toServer.equals(toClient)) {
            sayWay("each way", toServer);
        } else {
            sayWay("to the server", toServer);
            sayWay("to the client", toClient);
        }
        if (address.getPort() != target.port()) {
            console.note("  A tou connection would need port " + target.port() + " here, too; other protocols do not.");
        }
    }

    /** In lines that fit a terminal of usual width, broken between two figures. */
    private void sayWay(String way, String link) {
        Console console = common.console();
        StringBuilder line = new StringBuilder();
        String start = "  " + way + ": ";
        for (String figure : link.split("(?<=,) ")) {
            if (!line.isEmpty() && start.length() + line.length() + 1 + figure.length() > LINE_COLUMNS) {
                console.say(console.dim(start) + line);
                start = " ".repeat(start.length());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(figure);
        }
        console.say(console.dim(start) + line);
    }
}
