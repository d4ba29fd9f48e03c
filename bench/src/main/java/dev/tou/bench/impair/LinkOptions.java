// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import picocli.CommandLine.Option;

/** The options that say how bad a link is: a profile, what differs from it both ways, and what differs one way. */
final class LinkOptions {

    /** Both directions of a link. */
    record Link(ImpairmentProfile toServer, ImpairmentProfile toClient) {}

    @Option(
            names = "--profile",
            paramLabel = "[FILE:]NAME",
            completionCandidates = LinkFile.Names.class,
            description = "A link by its name, which the options below change (default: perfect).")
    private String profile;

    @Option(names = "--delay", paramLabel = "TIME", description = "From one end to the other, each way.")
    private String delay;

    @Option(
            names = "--jitter",
            paramLabel = "TIME",
            description = "Each datagram takes up to so much longer, and none overtakes another for it.")
    private String jitter;

    @Option(names = "--loss", paramLabel = "SHARE", description = "Datagrams lost, each by itself, like 1%%.")
    private String loss;

    @Option(
            names = "--burst-loss",
            paramLabel = "SHARE/N",
            description = "Datagrams lost in bursts of N on average (Gilbert-Elliott), like 1%%/8.")
    private String burstLoss;

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
            names = "--corrupt",
            paramLabel = "SHARE",
            description = "Datagrams damaged where UDP's checksum sees it, so that they are dropped.")
    private String corrupt;

    @Option(
            names = "--corrupt-undetected",
            paramLabel = "SHARE",
            description = "Datagrams that arrive with one bit flipped and a checksum that says nothing.")
    private String corruptUndetected;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "What the link carries, counting IP packets, like 20mbit (default: no limit).")
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
            description = "What differs on the way to the server, like loss=2%%,rate=1mbit.")
    private String up = "";

    @Option(names = "--down", paramLabel = "LINK", description = "What differs on the way to the clients.")
    private String down = "";

    private Map<String, String> figures() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, LinkFigure.DELAY, delay);
        put(given, LinkFigure.JITTER, jitter);
        put(given, LinkFigure.LOSS, loss);
        put(given, LinkFigure.BURST_LOSS, burstLoss);
        put(given, LinkFigure.REORDER, reorder);
        put(given, LinkFigure.REORDER_BY, reorderBy);
        put(given, LinkFigure.DUPLICATE, duplicate);
        put(given, LinkFigure.CORRUPT, corrupt);
        put(given, LinkFigure.CORRUPT_UNDETECTED, corruptUndetected);
        put(given, LinkFigure.RATE, rate);
        put(given, LinkFigure.QUEUE, queue);
        put(given, LinkFigure.MTU, mtu);
        return given;
    }

    private static void put(Map<String, String> given, LinkFigure figure, String value) {
        if (value != null) {
            given.put(figure.key(), value);
        }
    }

    /** {@return what the options say} */
    Link link() {
        try {
            NamedLink named = profile == null ? null : LinkFile.find(profile);
            ImpairmentProfile toServer = named == null ? ImpairmentProfile.PERFECT : named.toServer();
            ImpairmentProfile toClient = named == null ? ImpairmentProfile.PERFECT : named.toClient();
            return new Link(
                    toServer.with(figures()).with(up), toClient.with(figures()).with(down));
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }
}
