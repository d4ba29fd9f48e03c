// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.ListenAddress;
import dev.tou.bench.LooseWords;
import dev.tou.bench.OtherOptions;
import dev.tou.bench.Range;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tou perf}: the options of a test, and of its other end. */
@Command(
        name = "perf",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure throughput, with the flags and the columns of iperf3.",
            "At one end runs \"tou perf -s\", at the other \"tou perf -c\". They understand each other only, and not "
                    + "iperf3. Each end is one event loop, so a figure is of one core."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou perf -s                               at one end, until Ctrl-C",
            "  tou perf -c host                          at the other: ten seconds there",
            "  tou perf -c host:7000                     at another port, as by -p 7000",
            "  tou perf -c host -R -t 30 -i 5            from the server, half a minute",
            "  tou perf -c host -P 4 -n 1G -C reno       a gigabyte over four streams",
            "  tou perf -c host --baseline tcp           the kernel's TCP after it, too",
            "  tou perf -c host --trace perf.jsonl       for \"tou plot\", of the client's end",
            "  tou perf -c host -J | jq .end.sum_received.bits_per_second"
        })
public final class PerfCommand implements Callable<Integer>, OtherOptions, LooseWords {

    /** With what else tou can be compared. */
    enum Baseline {
        TCP
    }

    private static final int LEAST_MSS = 528;
    private static final int MOST_MSS = 65_467;
    private static final double LEAST_INTERVAL_SECONDS = 0.1;
    private static final double MOST_INTERVAL_SECONDS = 60;
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(3);
    private static final String FORMATS = "kmgtKMGT";

    /** What only the client decides. */
    private static final List<String> OF_CLIENT =
            List.of("-t", "-n", "-P", "-R", "--bidir", "-l", "-w", "-C", "-O", "--baseline");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-s", "--server"},
            description = "Be the other end: run the tests of clients, one after another, until Ctrl-C.")
    private boolean server;

    @Option(
            names = {"-c", "--client"},
            paramLabel = "HOST[:PORT]",
            description = "Run a test with the server there.")
    private String client;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            defaultValue = "5201",
            description = "Port of the server; with -s, 0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            description = "How long to send (default: 10).")
    private String time;

    @Option(
            names = {"-n", "--bytes"},
            paramLabel = "SIZE",
            description = "How much to send, over all streams, instead of how long; until all of it has arrived.")
    private String bytes;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Time between reports, 0.1 to 60; 0 for none (default: ${DEFAULT-VALUE}).")
    private String interval;

    @Option(
            names = {"-P", "--parallel"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Streams at the same time, 1 to 128 (default: ${DEFAULT-VALUE}).")
    private int parallel;

    @Option(
            names = {"-R", "--reverse"},
            description = "The server sends.")
    private boolean reverse;

    @Option(names = "--bidir", description = "Both send, on streams of their own.")
    private boolean bidirectional;

    @Option(
            names = {"-l", "--length"},
            paramLabel = "SIZE",
            defaultValue = "128K",
            description = "Bytes of a write, up to 1M (default: ${DEFAULT-VALUE}).")
    private String length;

    @Option(
            names = {"-w", "--window"},
            paramLabel = "SIZE",
            description = "Send and receive buffers of each stream, at both ends (default: they follow the flow).")
    private String window;

    @Option(
            names = {"-C", "--congestion"},
            paramLabel = "NAME",
            description = "Congestion control of whoever sends: cubic or reno (default: cubic).")
    private String congestion;

    @Option(
            names = {"-M", "--set-mss"},
            paramLabel = "BYTES",
            description = "The largest segment that this end sends, options counted, " + LEAST_MSS + " to " + MOST_MSS
                    + "; with -R it is the server's to say (default: what the path carries).")
    private int mss;

    @Option(
            names = {"-O", "--omit"},
            paramLabel = "SECONDS",
            description = "Send so long before the measurement begins.")
    private String omit;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[kmgtKMGT]",
            description = "Bitrates in Kbits, Mbits, ... or KBytes, MBytes, ... (default: what leaves few digits).")
    private String format;

    @Option(
            names = {"-1", "--one-off"},
            description = "With -s, end after one test.")
    private boolean oneOff;

    @Option(
            names = {"-B", "--bind"},
            paramLabel = "ADDRESS",
            description = "Address of this machine to listen on, or to connect from.")
    private String bind;

    @Option(
            names = {"-4", "--version4"},
            description = "Use IPv4 only.")
    private boolean ipv4;

    @Option(
            names = {"-6", "--version6"},
            description = "Use IPv6 only.")
    private boolean ipv6;

    @Option(
            names = "--baseline",
            paramLabel = "tcp",
            description = "Run the same test over the kernel's TCP after it, and print the ratio.")
    private Baseline baseline;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "Give the other end up after so long without a word (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Option(
            names = "--json-stream",
            description = "With -J, an object for each interval as it ends, instead of one document at the end.")
    private boolean jsonStream;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    private long intervalNanos;

    @Override
    public Integer call() throws InterruptedException {
        if (server == (client != null)) {
            throw misuse("Give either -s to be the server, or -c HOST to measure");
        }
        require(!(ipv4 && ipv6), "Give either -4 or -6, not both");
        require(port >= (server ? 0 : 1) && port <= 65_535, "-p: " + port + " is not a port");
        require(
                mss == 0 || mss >= LEAST_MSS && mss <= MOST_MSS,
                "-M is " + mss + "; give a number from " + LEAST_MSS + " to " + MOST_MSS);
        require(
                format == null || format.length() == 1 && FORMATS.contains(format),
                "-f: \"" + format + "\" is none of k, m, g, t, K, M, G and T");
        if (bind != null) {
            ListenAddress.requireNoPort("-B", bind, server ? "-p" : null); // with -c, -p is the other end's
        }
        Range.requireTime("--timeout", timeout);
        intervalNanos = intervalNanos();
        Amounts amounts = new Amounts(format == null ? 0 : format.charAt(0));
        return server ? serve(amounts) : measure(amounts);
    }

    @Override
    public Optional<String> insteadOf(String option) {
        return IperfOptions.insteadOf(option, spec);
    }

    @Override
    public Optional<String> meantBy(String word) {
        boolean number = word.matches("\\d+");
        if (server == (client != null)) { // neither yet
            return number ? Optional.empty() : Optional.of("tou perf -c " + word);
        }
        boolean fits = number && (server || !HostAndPort.isOne(client)); // which has a port already
        return fits ? Optional.of("tou perf " + (server ? "-s" : "-c " + client) + " -p " + word) : Optional.empty();
    }

    private int serve(Amounts amounts) throws InterruptedException {
        for (String name : OF_CLIENT) {
            require(!isGiven(name), name + " is for the client to say; give it to \"tou perf -c\"");
        }
        require(
                timeout.compareTo(LEAST_SILENCE) >= 0,
                "--timeout of a server is less than 3s; clients speak once a second");
        InetSocketAddress address = new InetSocketAddress(
                resolve(bind == null ? (ipv6 ? "::" : "0.0.0.0") : bind, this::noAddressToListenOn), port);
        try (Recording recording = recordings.begin(common)) {
            PerfServer.Setup setup = new PerfServer.Setup(common.io(), address, mss, timeout, intervalNanos, recording);
            return new ServerCommand(common, amounts, oneOff, jsonStream)
                    .run(setup)
                    .code();
        }
    }

    private int measure(Amounts amounts) throws InterruptedException {
        require(!oneOff, "-1 is for the server to say; give it to \"tou perf -s\"");
        HostAndPort target = target();
        TestPlan plan = plan();
        require(
                mss == 0 || !plan.direction().serverSends(),
                "-M is for whoever sends to say; give it to \"tou perf -s\"");
        double tou;
        try (Recording recording = recordings.begin(common)) {
            tou = run(Carrier.TOU, target, plan, amounts, recording);
        }
        if (baseline != null) {
            if (!common.json()) {
                common.console().say("");
            }
            double tcp;
            try {
                tcp = run(Carrier.TCP, target, plan, amounts, Recording.NONE);
            } catch (Failure failure) {
                throw failure.exit() == ExitCode.REFUSED ? noBaseline(failure) : failure;
            }
            showRatio(tou, tcp, amounts);
        }
        return ExitCode.DONE.code();
    }

    /** The port may stand behind the host, as everywhere in tou, or in {@code -p}, as with iperf3. */
    private HostAndPort target() {
        HostAndPort target;
        try {
            target = HostAndPort.parse(client, port);
        } catch (IllegalArgumentException e) {
            throw misuse("-c: " + e.getMessage());
        }
        require(
                target.port() == port || !isGiven("-p"),
                "-c says port " + target.port() + " and -p says " + port + "; give one of them");
        return target;
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private double run(Carrier carrier, HostAndPort target, TestPlan plan, Amounts amounts, Recording recording)
            throws InterruptedException {
        InetAddress address = resolve(target.host(), cause -> Failures.connecting(target, "tou perf -s", cause));
        InetSocketAddress local =
                bind == null ? null : new InetSocketAddress(resolve(bind, this::noAddressToListenOn), 0);
        PerfClient.Setup setup = new PerfClient.Setup(
                carrier,
                common.io(),
                target,
                new InetSocketAddress(address, target.port()),
                local,
                mss,
                timeout,
                intervalNanos,
                recording);
        return new ClientCommand(common, setup, plan, amounts, jsonStream).run();
    }

    private void showRatio(double tou, double tcp, Amounts amounts) {
        double ratio = tcp == 0 ? Double.NaN : tou / tcp;
        common.lines()
                .emit(
                        "baseline",
                        JsonLines.fields(
                                "tou_bits_per_second",
                                tou,
                                "tcp_bits_per_second",
                                tcp,
                                "ratio",
                                Double.isNaN(ratio) ? null : ratio));
        if (!common.json()) {
            Console console = common.console();
            console.say("");
            console.say(console.bold("tou / kernel TCP: " + Units.format("%.2f", ratio))
                    + Units.format("  (%s / %s, received)", amounts.rate(tou), amounts.rate(tcp)));
        }
    }

    private Failure noBaseline(Failure failure) {
        return new Failure(
                failure.exit(),
                "The server takes no kernel TCP, which --baseline tcp needs; \"tou perf -s\" does where the TCP port is"
                        + " free, but \"tou impair\" passes UDP only. " + failure.getMessage(),
                failure);
    }

    private TestPlan plan() {
        require(!(reverse && bidirectional), "Give either -R or --bidir, not both");
        require(time == null || bytes == null, "Give either -t or -n, not both");
        Direction direction = reverse ? Direction.REVERSE : bidirectional ? Direction.BOTH : Direction.FORWARD;
        TestPlan plan = new TestPlan(
                parallel,
                direction,
                bytes != null ? 0 : nanos("-t", time == null ? "10" : time),
                bytes == null ? 0 : size("-n", bytes),
                omit == null ? 0 : nanos("-O", omit),
                (int) Math.min(Integer.MAX_VALUE, size("-l", length)),
                window == null ? 0 : (int) Math.min(Integer.MAX_VALUE, size("-w", window)),
                congestion);
        plan.problem().ifPresent(what -> {
            throw misuse(what);
        });
        return plan;
    }

    private long intervalNanos() {
        long nanos = nanos("-i", interval);
        double seconds = nanos / 1e9;
        require(
                nanos == 0 || seconds >= LEAST_INTERVAL_SECONDS && seconds <= MOST_INTERVAL_SECONDS,
                "-i is " + interval + "; give seconds from 0.1 to 60, or 0");
        return nanos;
    }

    /** Seconds without a unit, as with iperf3; or what other commands take. */
    private static long nanos(String option, String text) {
        try {
            return Units.parseDuration(text.matches("[0-9.]+") ? text + "s" : text)
                    .toNanos();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw misuse(option + ": \"" + text + "\" is no time; write it like 10, 0.5 or 500ms");
        }
    }

    private static long size(String option, String text) {
        try {
            return Units.parseSize(text);
        } catch (IllegalArgumentException e) {
            throw misuse(option + ": " + e.getMessage());
        }
    }

    /** Makes a failure of a name that has no address. */
    private interface Unresolved {
        Failure because(UnknownHostException cause);
    }

    private InetAddress resolve(String name, Unresolved unresolved) {
        try {
            return Arrays.stream(InetAddress.getAllByName(name))
                    .filter(address -> !ipv4 || address instanceof Inet4Address)
                    .filter(address -> !ipv6 || address instanceof Inet6Address)
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                            ExitCode.UNKNOWN_HOST,
                            name + " has no IPv" + (ipv4 ? "4" : "6") + " address; leave out -" + (ipv4 ? "4" : "6")
                                    + "."));
        } catch (UnknownHostException e) {
            throw unresolved.because(e);
        }
    }

    private Failure noAddressToListenOn(UnknownHostException cause) {
        return Failures.listening(InetSocketAddress.createUnresolved(bind, port), cause);
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw misuse(otherwise);
        }
    }

    private static Failure misuse(String what) {
        return new Failure(ExitCode.USAGE, what + ".");
    }
}
