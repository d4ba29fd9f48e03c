// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** All addresses of a host and one of them cannot both be listened on, which nobody sees at once who has named only one of the two. */
@Timeout(120)
class PortCollisionTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    private void fails(int port, String command, String sentence) {
        String typed = command.replace("PORT", String.valueOf(port)).replace("FOLDER", folder.toString());
        assertThat(tou.run(typed.split(" "))).as(tou.err()).isEqualTo(ExitCode.CANNOT_LISTEN.code());
        assertThat(tou.err())
                .contains(sentence.replace("PORT", String.valueOf(port)))
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "impair --listen 127.0.0.2:PORT --to 127.0.0.1:PORT",
                "capture --listen 127.0.0.2:PORT --to 127.0.0.1:PORT -w FOLDER/x.pcapng",
                "ping --serve 127.0.0.2:PORT",
                "receive --bind 127.0.0.2 --port PORT --once",
                "perf -s -B 127.0.0.2 -p PORT"
            })
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address, and /proc")
    void oneAddressWhereSomebodyHasThemAll(String command) throws Exception {
        try (PortInUse all = PortInUse.on(new InetSocketAddress("0.0.0.0", 0))) {
            fails(
                    all.port(),
                    command,
                    "Port PORT is in use at all addresses, so at 127.0.0.2, too; start the program that has it at one"
                            + " address, as in \"tou ping --serve 127.0.0.1:PORT\", or choose another port.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "impair --listen PORT --to 127.0.0.1:PORT",
                "ping --serve PORT",
                "receive --port PORT --once",
                "perf -s -p PORT"
            })
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address, and /proc")
    void allAddressesWhereSomebodyHasOne(String command) throws Exception {
        try (PortInUse one = PortInUse.on(new InetSocketAddress("127.0.0.2", 0))) {
            fails(
                    one.port(),
                    command,
                    "Port PORT is in use at 127.0.0.2, so it is not free at all addresses; listen at one, such as"
                            + " 127.0.0.1, or choose another port.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping --serve 127.0.0.1:PORT", "impair --listen 127.0.0.1:PORT --to 127.0.0.1:PORT"})
    void theSameAddressTwice(String command) throws Exception {
        try (PortInUse same = PortInUse.on(new InetSocketAddress("127.0.0.1", 0))) {
            fails(same.port(), command, "Port PORT is in use; stop the program that has it, or choose another.");
        }
    }

    /** The advice is no address that is taken, or was asked for. */
    @Test
    void theAdviceIsAnAddressThatIsFree() throws Exception {
        InetSocketAddress first = new InetSocketAddress("127.0.0.1", 7000);
        InetSocketAddress any = new InetSocketAddress("0.0.0.0", 7000);
        assertThat(Failures.inUse(first, Set.of(any.getAddress()))).contains("--serve 127.0.0.2:7000\"");
        assertThat(Failures.inUse(any, Set.of(first.getAddress()))).contains("such as 127.0.0.2,");
        assertThat(Failures.inUse(any, Set.of(any.getAddress()))).contains("stop the program that has it");
        assertThat(Failures.inUse(first, Set.of(first.getAddress()))).contains("stop the program that has it");
        assertThat(Failures.inUse(first, Set.of(any.getAddress(), first.getAddress())))
                .as("a wildcard server has a socket for an address where it needs one")
                .contains("--serve 127.0.0.2:7000\"");
        assertThat(Failures.inUse(first, Set.of())).contains("stop the program that has it");
        InetSocketAddress six = new InetSocketAddress("::1", 7000);
        assertThat(Failures.inUse(six, Set.of(InetAddress.getByName("::"))))
                .startsWith("Port 7000 is in use at all addresses, so at ::1, too;");
    }

    /** Lines of both orders of bytes, for both families, as the kernel writes them. */
    @Test
    void theTablesOfTheKernel() throws Exception {
        List<String> udp = List.of(
                "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                " 4079: 0100007F:1B58 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1",
                " 4079: 00000000:1B58 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2",
                " 4080: 0300007F:1B59 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3",
                "  broken");
        assertThat(PortHolders.in(udp, 7000, false, ByteOrder.LITTLE_ENDIAN))
                .containsExactly(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("0.0.0.0"));
        assertThat(PortHolders.in(
                        List.of(udp.get(1).replace("0100007F", "7F000001")), 7000, false, ByteOrder.BIG_ENDIAN))
                .containsExactly(InetAddress.getByName("127.0.0.1"));
        List<String> tcp6 = Stream.of("0A", "01")
                .map(state -> " 1: 00000000000000000000000001000000:1B58 00000000000000000000000000000000:0000 " + state
                        + " 00000000:00000000 00:00000000 00000000     0        0 1")
                .toList();
        assertThat(PortHolders.in(tcp6, 7000, true, ByteOrder.LITTLE_ENDIAN))
                .containsExactly(InetAddress.getByName("::1"));
        assertThat(PortHolders.in(tcp6, 7001, true, ByteOrder.LITTLE_ENDIAN)).isEmpty();
    }
}
