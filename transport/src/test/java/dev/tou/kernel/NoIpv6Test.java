// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

import io.netty.channel.Channel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A host without IPv6, as a container often is: its wildcard address serves IPv4 alone, and all the same. */
@Tag("full")
class NoIpv6Test {

    private static final List<String> WITHOUT_IPV6 = List.of(
            "unshare",
            "--net",
            "sh",
            "-c",
            "ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec \"$@\"",
            "sh");
    private static final long BYTES = 100_000;

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    private static String received(String io) {
        try (TouHost host = new TouHost(io)) {
            Channel listener = host.listen(new InetSocketAddress("0.0.0.0", 0), Map.of());
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            TouEnd client = new TouEnd();
            TouHost.done(host.client(client).connect("127.0.0.1", port));
            TouEnd server = host.accepted();
            client.sends(1, BYTES);
            return server.receives(BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void aWildcardIsListenedOn(String io) throws IOException {
        try (KernelProcess there = new KernelProcess(WITHOUT_IPV6)) {
            assertThat(there.run(() -> received(io))).isEqualTo(Payload.digest(1, BYTES));
        }
    }
}
