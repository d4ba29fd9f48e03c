// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
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
import dev.tou.bench.Range;
import dev.tou.bench.Units;
import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.UdpRelay;
import dev.tou.capture.Capture;
import dev.tou.capture.CaptureHandler;
import dev.tou.capture.PcapNgWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tou capture}: TCP for Wireshark, from what tcpdump has written, or from between two ends. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write a pcapng file in which Wireshark finds TCP.",
            "Wireshark and tcpdump see tou as UDP. With --read, takes the TCP segments out of a capture of theirs. With "
                    + "--listen and --to, stands between a client and a server and captures what passes. In the file, "
                    + "interface \"udp\" has the datagrams and interface \"tcp\" the segments, as if over IP alone.",
            "A connection of one's own needs neither: demo, ping, perf, send, receive and replay have --capture."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tcpdump -i eth0 -w dump.pcap udp port 9700",
            "  tou capture -r dump.pcap -w tcp.pcapng              what it has seen, as TCP",
            "  tou capture -r dump.pcap -w tcp.pcapng --port 443   behind a tunnel port",
            "  tou capture --listen 127.0.0.2:9700 --to 127.0.0.1:9700 -w between.pcapng",
            "  tshark -r tcp.pcapng -Y tcp.analysis.flags          what Wireshark finds"
        })
public final class CaptureCommand implements Callable<Integer> {

    private static final int LOOK_MILLIS = 100;

    @Option(
            names = {"-w", "--write"},
            required = true,
            paramLabel = "FILE",
            description = "The pcapng file to write; it is replaced.")
    private Path write;

    @Option(
            names = {"-r", "--read"},
            paramLabel = "FILE",
            description = "Take the segments out of this pcap or pcapng file.")
    private Path read;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            split = ",",
            description = "With --read, the UDP ports that carry TCP (default: those that the segments name, too).")
    private Set<Integer> ports = new LinkedHashSet<>();

    @Option(
            names = "--listen",
            paramLabel = "[ADDRESS:]PORT",
            description = "Where clients send to; the port must be the server's.")
    private ListenAddress listen;

    @Option(names = "--to", paramLabel = "HOST:PORT", description = "The server.")
    private HostAndPort target;

    @Option(
            names = {"-s", "--snaplen"},
            paramLabel = "BYTES",
            description = "Keep so much of each packet (default: all).")
    private Integer snapBytes;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "End after so many datagrams.")
    private Long count;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "With --listen, end after so long (default: at Ctrl-C).")
    private Duration duration;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        boolean between = listen != null || target != null;
        if (between == (read != null)) {
            throw new Failure(ExitCode.USAGE, "Give either --read FILE, or --listen and --to.");
        }
        if (between && (listen == null || target == null)) {
            throw new Failure(ExitCode.USAGE, "--listen and --to need each other.");
        }
        Range.require("--snaplen", snapBytes(), 1, PcapNgWriter.WHOLE_PACKETS);
        Range.require("--count", most(), 1, Long.MAX_VALUE);
        for (int port : ports) {
            Range.require("--port", port, 1, 65_535);
        }
        if (read != null) {
            decapsulate();
        } else {
            relay();
        }
        return ExitCode.DONE.code();
    }

    private int snapBytes() {
        return snapBytes == null ? PcapNgWriter.WHOLE_PACKETS : snapBytes;
    }

    private long most() {
        return count == null ? Long.MAX_VALUE : count;
    }

    // --- what others have captured ---

    private void decapsulate() {
        if (isSameFile()) {
            throw new Failure(ExitCode.USAGE, "--read and --write name the same file; choose another to write.");
        }
        Decapsulation.Result result = new Decapsulation(ports).run(read, write, snapBytes(), most());
        Map<CapturedDatagram.Absence, Long> absent = result.absent();
        long fragments = absent.getOrDefault(CapturedDatagram.Absence.FRAGMENT, 0L);
        long cutShort = absent.getOrDefault(CapturedDatagram.Absence.CUT_SHORT, 0L);
        long notUdp = absent.getOrDefault(CapturedDatagram.Absence.NOT_UDP, 0L);
        common.lines()
                .emit(
                        "captured",
                        JsonLines.fields(
                                "file", write.toString(),
                                "packets", result.packets(),
                                "datagrams", result.datagrams(),
                                "segments", result.segments(),
                                "dropped", 0,
                                "otherDatagrams", result.otherDatagrams(),
                                "notUdp", notUdp,
                                "fragments", fragments,
                                "cutShort", cutShort,
                                "unread", result.unread()));
        if (common.json()) {
            return;
        }
        Console console = common.console();
        console.note(write + ": " + Units.counted(result.segments(), "segment") + " in "
                + Units.counted(result.datagrams(), "datagram") + ", of " + Units.counted(result.packets(), "packet"));
        if (result.otherDatagrams() > 0) {
            console.note("  left out: " + Units.counted(result.otherDatagrams(), "other datagram")
                    + (ports.isEmpty() ? "; for a tunnel port say --port" : ""));
        }
        if (fragments > 0) {
            console.note("  left out: " + Units.counted(fragments, "fragment") + " of larger datagrams");
        }
        if (cutShort > 0) {
            console.note("  left out: " + Units.counted(cutShort, "packet")
                    + " that were not kept whole; capture with tcpdump -s 0");
        }
        if (result.unread() > 0) {
            console.note(
                    "  left out: " + Units.counted(result.unread(), "packet")
                            + " in blocks of kinds that are not read (pcapng 2 and 3); have editcap or tshark -w write it anew");
        }
        if (result.cut()) {
            console.note("  " + read + " ends in the middle of a packet");
        }
    }

    private boolean isSameFile() {
        try {
            return Files.exists(write) && Files.isSameFile(read, write);
        } catch (IOException e) {
            return false;
        }
    }

    // --- in between ---

    private void relay() throws InterruptedException {
        InetSocketAddress server = resolved();
        Capture capture = opened();
        try {
            captureBetween(server, capture);
            tell(capture);
        } catch (IOException e) {
            tell(capture);
            throw Failures.breakingOff(write, e);
        }
    }

    private Capture opened() {
        try {
            return Capture.open(write, snapBytes(), most());
        } catch (IOException e) {
            throw Failures.writing(write, e);
        }
    }

    /** Closes the capture at the end: all that there is to be written is in the file then. */
    private void captureBetween(InetSocketAddress server, Capture capture) throws IOException, InterruptedException {
        ImpairmentProfile none = ImpairmentProfile.PERFECT;
        try (capture;
                UdpRelay relay = UdpRelay.start(common.io(), listen.resolve(), server, none, none, 1);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(capture))) {
            assert hook != null;
            relay.tap(new CaptureHandler(capture));
            announce(relay.address());
            follow(capture);
        }
    }

    private InetSocketAddress resolved() {
        try {
            return new InetSocketAddress(InetAddress.getByName(target.host()), target.port());
        } catch (UnknownHostException e) {
            throw Failures.connecting(target, "the server", e);
        }
    }

    private void follow(Capture capture) throws InterruptedException {
        long end = duration == null ? Long.MAX_VALUE : duration.toNanos();
        long begin = System.nanoTime();
        while (capture.failure() == null && capture.written() < most() && System.nanoTime() - begin < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            common.console().progress("  " + Units.counted(capture.written(), "datagram"));
        }
        common.console().clearProgress();
    }

    private void announce(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        common.lines()
                .emit(
                        "listening",
                        JsonLines.fields("address", host, "port", address.getPort(), "to", target.toString()));
        if (!common.json()) {
            Console console = common.console();
            console.note("Capturing between " + HostAndPort.of(address) + " and " + target + ", to " + write);
            if (address.getPort() != target.port()) {
                console.note("  A tou connection would need port " + target.port() + " here, too.");
            }
        }
    }

    private void tell(Capture capture) {
        common.lines()
                .emit(
                        "captured",
                        JsonLines.fields(
                                "file",
                                write.toString(),
                                "datagrams",
                                capture.written(),
                                "dropped",
                                capture.dropped()));
        if (!common.json()) {
            common.console().note(summary(capture));
        }
    }

    private String summary(Capture capture) {
        return write + ": " + Units.counted(capture.written(), "datagram")
                + Recording.missing(capture.dropped(), capture.failure());
    }

    private void interrupted(Capture capture) {
        try {
            capture.close();
        } catch (IOException e) {
            common.console().lastWord("Interrupted; " + write + " is not complete: " + e.getMessage() + ".");
            return;
        }
        common.console().lastWord("Interrupted; " + summary(capture) + ".");
    }
}
