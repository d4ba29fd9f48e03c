// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The router that has the kernel shape the link, on a path where {@code tc}, {@code ip} and {@code iptables} are scripts that
 * write down how they were called. The words of the link are those of the command itself.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the router is a script of a POSIX shell")
@Timeout(120)
class NetemRouterTest {

    private static final Path SCRIPT =
            Path.of("").toAbsolutePath().resolve("lab/netem-router.sh").normalize();

    private record Outcome(int exit, String out, String err, List<String> calls) {}

    @TempDir
    Path folder;

    private Path programs;
    private Path calls;

    @BeforeEach
    void programs() throws IOException {
        programs = Files.createDirectory(folder.resolve("programs"));
        calls = Files.createFile(folder.resolve("calls"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        program("java", "shift 2; exec '" + java + "' -cp '" + absoluteClassPath() + "' dev.tou.bench.Tou \"$@\"");
        program("getent", "[ \"$2\" != server ] || echo '172.20.0.2     STREAM server'");
        program(
                "ip",
                "echo '2: eth0    inet 172.20.0.3/16 scope global eth0'; "
                        + "echo '3: eth1    inet 172.21.0.3/16 scope global eth1'");
        program("tc", "");
        program("iptables", "");
        program("sleep", "");
    }

    private static String absoluteClassPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private void program(String name, String body) throws IOException {
        String record = "echo \"" + name + " $*\" >> '" + calls + "'\n";
        Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + record + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Outcome router(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", SCRIPT.toString()));
        command.addAll(List.of(words));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment()
                .merge("PATH", programs.toString(), (before, first) -> first + File.pathSeparator + before);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
            return new Outcome(
                    process.exitValue(), Files.readString(out), Files.readString(err), Files.readAllLines(calls));
        } finally {
            process.destroyForcibly();
        }
    }

    private Outcome link(String name) throws IOException, InterruptedException {
        return router(("impair --listen 7000 --to server:7000 --seed 7 --profile " + name + " --loss 1%").split(" "));
    }

    /** The satellite's ways differ; on each device what goes to the server takes the first, and replies the second. */
    @Test
    void eachWayHasItsLinkOnEachDevice() throws Exception {
        Outcome outcome = link("satellite");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        String up = "netem delay 285000us 5000us loss gemodel 0.0125125% 12.5% 100% 1% rate 3000000bit limit 248";
        String down = "netem delay 285000us 5000us loss gemodel 0.0125125% 12.5% 100% 1% rate 20000000bit limit 1183";
        assertThat(outcome.calls())
                .filteredOn(call -> call.startsWith("tc "))
                .containsExactly(
                        "tc qdisc add dev lo root netem delay 0ms",
                        "tc qdisc del dev lo root",
                        "tc qdisc replace dev eth0 root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                        "tc qdisc add dev eth0 parent 1:1 " + up,
                        "tc qdisc add dev eth0 parent 1:2 " + down,
                        "tc filter add dev eth0 parent 1: protocol ip u32 match ip dst 172.20.0.2/32 flowid 1:1",
                        "tc qdisc replace dev eth1 root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                        "tc qdisc add dev eth1 parent 1:1 " + up,
                        "tc qdisc add dev eth1 parent 1:2 " + down,
                        "tc filter add dev eth1 parent 1: protocol ip u32 match ip dst 172.20.0.2/32 flowid 1:1");
        assertThat(outcome.out()).isEqualTo("""
                tc netem  port 7000 to server:7000
                  to the server: %s
                  to the client: %s
                """.formatted(up.substring(6), down.substring(6)));
    }

    /** Clients speak to the router's address, so both protocols are passed on to the server under its own. */
    @Test
    void bothProtocolsArePassedOn() throws Exception {
        assertThat(link("lan").calls())
                .filteredOn(call -> call.startsWith("iptables "))
                .containsExactly(
                        "iptables -t nat -A PREROUTING -p udp --dport 7000 -j DNAT --to-destination 172.20.0.2:7000",
                        "iptables -t nat -A PREROUTING -p tcp --dport 7000 -j DNAT --to-destination 172.20.0.2:7000",
                        "iptables -t nat -A POSTROUTING -d 172.20.0.2 -j MASQUERADE");
    }

    /** As the kernel's tools say it where the module is missing. */
    @Test
    void withoutNetemItEndsAndSaysTheWayOut() throws Exception {
        program("tc", "echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2");
        refused(link("lte"), "This kernel has no netem (Error: Specified qdisc kind is unknown.); load its module");
    }

    @Test
    void withoutRightsItEndsAndSaysTheWayOut() throws Exception {
        program("tc", "echo 'RTNETLINK answers: Operation not permitted' >&2; exit 2");
        refused(
                link("lte"),
                "may not shape the network (RTNETLINK answers: Operation not permitted); give it NET_ADMIN");
    }

    /** Kernels are built of parts; one with netem may lack what sorts packets by their way. */
    @Test
    void whatTheKernelDoesNotTakeIsSaid() throws Exception {
        program("tc", "case $* in *prio*) echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2 ;; esac");
        Outcome outcome = link("lan");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err())
                .startsWith(
                        "netem-router: The kernel did not take \"tc qdisc replace dev eth0 root handle 1: prio bands 2 ")
                .contains("\" (Error: Specified qdisc kind is unknown.); take the relay instead: IMPAIR=relay")
                .hasLineCount(1);
        assertThat(outcome.calls()).noneMatch(call -> call.startsWith("iptables"));
    }

    /** A router that said it shapes, and does not, would be measured for what it is not. */
    @Test
    void withoutADeviceItEnds() throws Exception {
        program("ip", "");
        Outcome outcome = link("lan");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("netem-router: This container has no device with an IPv4 address, ")
                .hasLineCount(1);
        assertThat(outcome.calls()).noneMatch(call -> call.startsWith("iptables"));
    }

    private static void refused(Outcome outcome, String why) {
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("netem-router: ")
                .contains(why)
                .contains("or take the relay, which needs neither: IMPAIR=relay")
                .hasLineCount(1);
        assertThat(outcome.calls()).containsExactly("tc qdisc add dev lo root netem delay 0ms");
    }

    /** Before anything is shaped: half a link would be worse than none. */
    @Test
    void aLinkThatNetemHasNoWordForIsRefused() throws Exception {
        Outcome outcome = link("blackhole");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("a link with an mtu takes the relay").hasLineCount(1);
        assertThat(outcome.calls()).noneMatch(call -> call.contains(" parent ") || call.startsWith("iptables"));
    }

    @Test
    void aNameThatIsNoHostIsSaid() throws Exception {
        Outcome outcome = router("impair", "--listen", "7000", "--to", "nowhere:7000", "--profile", "lan");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err()).isEqualTo("netem-router: No host is called \"nowhere\"; check the name.\n");
    }
}
