// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.tou.bench.HostAndPort;
import dev.tou.bench.TouProcess;
import dev.tou.bench.Transports;
import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.UdpRelay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The client process of the demo, as the demo hears it. */
@Timeout(120)
class DemoClientTest {

    private static final ImpairmentProfile SLOW = ImpairmentProfile.parse("rate=10mbit");

    @TempDir
    Path folder;

    /** A machine that is slow to warm up must not be taken for one where the client has died. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void itIsHeardWhileItWarmsUp() throws Exception {
        Path warmUp = folder.resolve("warm-up.bin");
        SeededFile.write(warmUp, 2 << 20, 1); // over this link that takes a second and a half
        Path inbox = Files.createDirectory(folder.resolve("inbox"));
        try (TouProcess server = TouProcess.start("demo-server", "--dir=" + inbox, "--report=json")) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.awaitPort());
            InetSocketAddress entry = new InetSocketAddress("127.0.0.2", address.getPort());
            try (UdpRelay link = UdpRelay.start(Transports.Io.preferred(), entry, address, SLOW, SLOW, 1);
                    TouProcess client = TouProcess.start(
                            "demo-client",
                            warmUp.toString(),
                            HostAndPort.of(link.address()).toString(),
                            "--results=" + folder,
                            "--warm-up=" + warmUp,
                            "--requests=1",
                            "--rate=1",
                            "--report=json")) {
                assertThat(client.awaitLine(line -> line.startsWith("{"))).contains("\"event\":\"progress\"");
                client.awaitLine(line -> line.contains("\"event\":\"warm\""));
            }
        }
    }
}
