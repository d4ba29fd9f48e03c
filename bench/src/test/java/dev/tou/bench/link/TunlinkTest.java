// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.Requirements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The link program does to packets what its options say, and the same for the same seed. */
@Tag("full")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // who reads what a process says is not to be interrupted
class TunlinkTest {

    private static final int PACKETS = 2000;

    /** bash's own: a program for each packet would take too long. At the end it waits until the link has read all of them. */
    private static final String SEND = "exec 3<>/dev/udp/10.1.1.2/9; for ((i = 0; i < " + PACKETS
            + "; i++)); do echo 0123456789 >&3; ((i % 100)) || sleep 0.01; done;"
            + " until set -- $(grep touA: /proc/net/dev) && ((${11} >= " + PACKETS + ")); do sleep 0.01; done";

    private final String a = "tou-test-a-" + ProcessHandle.current().pid();
    private final String b = "tou-test-b-" + ProcessHandle.current().pid();

    @TempDir
    private Path folder;

    private Path program;

    @BeforeEach
    void build() throws Exception {
        Requirements.lab("ip", "cc", "bash");
        program = folder.resolve("tunlink");
        run(List.of("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program.toString(), "link/tunlink.c"));
        for (String netns : List.of(a, b)) {
            // One of a process that was killed, and had the same number.
            Lab.output(List.of("ip", "netns", "del", netns));
            run(List.of("ip", "netns", "add", netns));
            Lab.output(Lab.in(netns, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"));
        }
    }

    @AfterEach
    void remove() {
        Lab.output(List.of("ip", "netns", "del", a));
        Lab.output(List.of("ip", "netns", "del", b));
    }

    private static void run(List<String> command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }

    /**
     * {@return what the link has counted of {@value #PACKETS} datagrams from A to B}
     *
     * <p>Nobody takes them, and what the kernel says to that is lost, so that the sender goes on.
     */
    private JsonNode carry(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--a",
                a + ",touA,10.1.1.1/30",
                "--b",
                b + ",touB,10.1.1.2/30",
                "--loss-ba",
                "100"));
        command.addAll(List.of(options));
        Process link = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var said = link.inputReader();
            assertThat(said.readLine()).isEqualTo("ready");
            // All of them, or else the kernel drops what comes while the link has no processor.
            run(Lab.in(a, "ip", "link", "set", "touA", "txqueuelen", String.valueOf(2 * PACKETS)));
            run(Lab.in(a, "bash", "-c", SEND));
            link.toHandle().destroy();
            JsonNode counters = new ObjectMapper().readTree(said.readLine());
            assertThat(link.waitFor()).isZero();
            assertThat(sum(counters.path("a_to_b"), "in_packets")).isEqualTo(PACKETS);
            return counters.path("a_to_b");
        } finally {
            link.destroyForcibly();
        }
    }

    private static long sum(JsonNode counters, String... names) {
        long sum = 0;
        for (String name : names) {
            assertThat(counters.has(name)).as(name).isTrue();
            sum += counters.path(name).asLong();
        }
        return sum;
    }

    /** 200 of 2000 are expected, with a deviation of 13. */
    @Test
    void losesAsManyAsItIsToldAndTheSameForTheSameSeed() throws Exception {
        JsonNode first = carry("--loss-ab", "10", "--seed", "7");
        JsonNode again = carry("--loss-ab", "10", "--seed", "7", "--dup", "5");
        JsonNode other = carry("--loss-ab", "10", "--seed", "8");
        assertThat(sum(first, "losses")).isBetween(140L, 260L);
        assertThat(sum(again, "losses")).isEqualTo(sum(first, "losses"));
        assertThat(sum(other, "losses")).isNotEqualTo(sum(first, "losses"));
        assertThat(sum(again, "dups")).isPositive();
        assertThat(sum(first, "dups")).isZero();
    }

    @Test
    void endsWhenItsDeviceIsTaken() throws Exception {
        Process link = new ProcessBuilder(
                        program.toString(), "--a", a + ",touA,10.1.1.1/30", "--b", b + ",touB,10.1.1.2/30")
                .start();
        try {
            assertThat(link.inputReader().readLine()).isEqualTo("ready");
            run(Lab.in(b, "ip", "link", "del", "touB"));
            assertThat(link.errorReader().readLine()).isEqualTo("tunlink: the device at end b is gone");
            assertThat(link.waitFor()).isEqualTo(1);
        } finally {
            link.destroyForcibly();
        }
    }

    @Test
    void everyPacketIsAccountedFor() throws Exception {
        JsonNode counters = carry(
                "--rate",
                "0.5",
                "--queue",
                "8000",
                "--burst",
                "2,30",
                "--dup",
                "3",
                "--hold",
                "3,5",
                "--reorder",
                "4,1",
                "--delay",
                "2",
                "--jitter",
                "1");
        assertThat(sum(counters, "packets", "queue_drops", "losses", "refused", "pending"))
                .isEqualTo(sum(counters, "in_packets", "dups"));
        for (String name : List.of("queue_drops", "losses", "dups", "held", "reordered", "packets")) {
            assertThat(sum(counters, name)).as(name + " of " + counters).isPositive();
        }
    }
}
