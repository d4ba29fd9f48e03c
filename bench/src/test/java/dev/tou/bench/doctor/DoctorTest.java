// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.Requirements;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the doctor says of machines that are made of files, and of this one. */
@Timeout(60)
class DoctorTest {

    @TempDir
    Path root;

    private final CapturedConsole tou = new CapturedConsole();

    private Sources with(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return new Sources(root);
    }

    private static void says(Finding finding, Finding.Verdict verdict, String sentence) {
        assertThat(finding.verdict()).as(finding.sentence()).isEqualTo(verdict);
        assertThat(finding.sentence()).contains(sentence);
    }

    @Test
    void thisMachine() {
        assertThat(tou.run("doctor")).as(tou.out()).isZero();
        assertThat(tou.out())
                .containsPattern("  ok      java {12}\\d")
                .contains("  ok      tou             A connection over loopback carries bytes both ways.\n")
                .containsPattern("(ok|note) +receive buffer  The kernel grants")
                .containsPattern("(ok|note) +clock +The time")
                .containsPattern("\n\n\\d+ ok, \\d+ notes?, 0 problems\\.\n$");
        assertThat(tou.err()).isEmpty();
    }

    @Test
    void thisMachineForAProgram() throws IOException {
        assertThat(tou.run("doctor", "-J")).isZero();
        JsonNode event = new ObjectMapper().readTree(tou.out());
        assertThat(event.path("schema").asInt()).isOne();
        assertThat(event.path("event").asText()).isEqualTo("doctor");
        assertThat(event.path("problems").asInt()).isZero();
        assertThat(event.path("findings"))
                .hasSize(event.path("ok").asInt() + event.path("notes").asInt())
                .allSatisfy(finding -> {
                    assertThat(finding.path("verdict").asText()).isIn("ok", "note");
                    assertThat(finding.path("sentence").asText()).isNotEmpty();
                })
                .extracting(finding -> finding.path("topic").asText())
                .containsExactly(
                        "java",
                        "cores",
                        "memory",
                        "kernel",
                        "leak detector",
                        "receive buffer",
                        "send buffer",
                        "tou",
                        "epoll",
                        "io_uring",
                        "udp gso",
                        "udp gro",
                        "ipv6",
                        "icmp",
                        "clock",
                        "timer",
                        "docker",
                        "netem");
    }

    @Test
    void offloadsAreTriedWhereTheTransportUsesThem() {
        Requirements.loops(Transports.Io.EPOLL);
        List<Finding> findings = OffloadProbe.findings();
        boolean claimed = io.netty.channel.epoll.EpollDatagramChannel.isSegmentedDatagramPacketSupported();
        assertThat(findings.get(0).facts().get("works")).isEqualTo(claimed);
        says(OffloadProbe.gso(false), Finding.Verdict.NOTE, "each datagram is a send");
        says(OffloadProbe.gro(false), Finding.Verdict.NOTE, "each datagram is a read");
    }

    @Test
    void smallBuffers() throws IOException {
        Sources sources = with(Map.of(
                "proc/sys/net/core/rmem_max", "212992\n",
                "proc/sys/net/core/rmem_default", "212992\n",
                "proc/sys/net/core/wmem_max", "1048576\n"));
        List<Finding> findings = new BufferChecks(sources).findings();
        says(
                findings.get(0),
                Finding.Verdict.NOTE,
                "The kernel grants 208.0 KiB of the 4.0 MiB that tou asks for: while a program is busy elsewhere, what"
                        + " does not fit is lost; type: sudo sysctl -w net.core.rmem_max=4194304");
        says(findings.get(1), Finding.Verdict.OK, "The kernel grants the 1.0 MiB that tou asks for.");
        assertThat(findings.get(0).facts())
                .containsEntry("defaultBytes", 212_992L)
                .containsEntry("grantedBytes", 212_992L);
    }

    @Test
    void buffersOfWhichNoFileTellsAreTried() {
        for (Finding finding : new BufferChecks(new Sources(root)).findings()) {
            assertThat((Long) finding.facts().get("grantedBytes")).isPositive();
            assertThat(finding.facts().get("limitBytes")).isNull();
        }
    }

    /** Otherwise the doctor would advise on buffers that nobody asks for. */
    @Test
    void theBuffersAreThoseThatTheTransportAsksFor() throws ReflectiveOperationException {
        assertThat(BufferChecks.RECEIVE_BYTES).isEqualTo(ofTransport("SOCKET_RECEIVE_BYTES"));
        assertThat(BufferChecks.SEND_BYTES).isEqualTo(ofTransport("SOCKET_SEND_BYTES"));
    }

    private static int ofTransport(String name) throws ReflectiveOperationException {
        Field field = Class.forName("dev.tou.endpoint.LoopDatagramTransport").getDeclaredField(name);
        field.setAccessible(true);
        return field.getInt(null);
    }

    @Test
    void aContainer() throws IOException {
        Sources sources = with(Map.of(
                "proc/cpuinfo", "processor\t: 0\nmodel name\t: x\nprocessor\t: 1\nprocessor\t: 2\nprocessor\t: 3\n",
                "sys/fs/cgroup/cpu.max", "150000 100000\n",
                "sys/fs/cgroup/memory.max", "536870912\n"));
        MachineChecks checks = new MachineChecks(sources);
        says(checks.cores(2), Finding.Verdict.NOTE, "2 of 4 cores, and the container is stopped after 1.5 of them");
        says(checks.memory(128 << 20, 128 << 20), Finding.Verdict.NOTE, "in a container of 512.0 MiB: receive windows");
        says(checks.memory(1L << 30, 1L << 30), Finding.Verdict.OK, "1.0 GiB of heap, 1.0 GiB outside it");
    }

    @Test
    void coresWithoutALimit() throws IOException {
        Sources sources = with(
                Map.of("proc/cpuinfo", "processor\t: 0\nprocessor\t: 1\n", "sys/fs/cgroup/cpu.max", "max 100000\n"));
        MachineChecks checks = new MachineChecks(sources);
        says(checks.cores(2), Finding.Verdict.OK, "2 cores.");
        says(checks.cores(1), Finding.Verdict.NOTE, "1 of 2 cores: client and server on this machine take turns");
        says(new MachineChecks(new Sources(root.resolve("none"))).cores(8), Finding.Verdict.OK, "8 cores.");
    }

    @Test
    void anotherSystem() {
        says(MachineChecks.kernel("Plan 9"), Finding.Verdict.NOTE, "are Linux's");
        says(
                NetworkChecks.loops("epoll", false, new UnsatisfiedLinkError("no library\nand more")),
                Finding.Verdict.NOTE,
                "Not available (no library); NIO is used");
        says(NetworkChecks.loops("io_uring", false, null), Finding.Verdict.NOTE, "Not available (unknown); not needed");
    }

    @Test
    void clocks() throws IOException {
        String file = "sys/devices/system/clocksource/clocksource0/current_clocksource";
        says(
                new ClockChecks(with(Map.of(file, "hpet\n"))).clock(40),
                Finding.Verdict.NOTE,
                "The time is the kernel's hpet, and costs 40 ns to read, with a system call");
        ClockChecks checks = new ClockChecks(with(Map.of(file, "tsc\n")));
        says(checks.clock(25), Finding.Verdict.OK, "The time is the kernel's tsc, and costs 25 ns to read.");
        says(checks.clock(2000), Finding.Verdict.NOTE, "find out what makes that slow");
        says(checks.timer(60_000), Finding.Verdict.OK, "A timer of 1 ms is 60 us late");
        says(checks.timer(9_000_000), Finding.Verdict.NOTE, "9.0 ms late (median of 25), so pacing");
    }

    @Test
    void theLab() throws IOException {
        LabChecks nothing = new LabChecks(new Sources(root), "");
        says(nothing.findings().get(0), Finding.Verdict.NOTE, "Not there; install it for the lab");
        says(nothing.netem("6.1"), Finding.Verdict.NOTE, "\"tou impair\" does without");
        Sources sources = with(Map.of(
                "lib/modules/6.1/modules.dep", "kernel/net/sched/sch_netem.ko.xz:\n", "var/run/docker.sock", ""));
        says(new LabChecks(sources, "").netem("6.1"), Finding.Verdict.OK, "The kernel has it");
        Path program = Files.createFile(root.resolve("docker"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        says(new LabChecks(sources, root.toString()).findings().get(0), Finding.Verdict.OK, "the lab of docs/LAB.md");
        says(
                new LabChecks(new Sources(root.resolve("none")), root.toString())
                        .findings()
                        .get(0),
                Finding.Verdict.NOTE,
                "no engine answers");
    }

    @Test
    void aMachineOnWhichNothingWorks() {
        List<Finding> findings =
                List.of(Finding.ok("a", "Good."), Finding.problem("tou", "It does not work.", "exit", 3));
        DoctorCommand.show(tou.console(), findings);
        assertThat(DoctorCommand.exit(findings)).isEqualTo(3);
        assertThat(tou.out()).isEqualTo("""
                  ok      a               Good.
                  problem tou             It does not work.

                1 ok, 0 notes, 1 problem.
                """);
    }

    @Test
    void aTerminalGetsSentencesThatFit() {
        CapturedConsole narrow = new CapturedConsole(60);
        DoctorCommand.show(narrow.console(), List.of(Finding.note("clock", "one two three four five six seven eight")));
        assertThat(narrow.out()).startsWith("""
                  note    clock           one two three four five six seven
                                          eight
                """);
    }
}
