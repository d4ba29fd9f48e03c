// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.echo;

import java.net.InetSocketAddress;

import dev.tou.examples.RunsAnExample;
import io.netty.channel.Channel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EchoTest extends RunsAnExample {

    @Test
    void theClientPrintsWhatItSent() throws InterruptedException {
        Channel server = EchoServer.start(group, 0);
        String port = String.valueOf(((InetSocketAddress) server.localAddress()).getPort());
        assertThat(run(new EchoClient(), "--port", port, "grüß dich")).isZero();
        assertThat(printed.strip()).isEqualTo("grüß dich");
        String large = "0123456789".repeat(20_000);
        assertThat(run(new EchoClient(), "--port", port, large)).isZero();
        assertThat(printed.strip()).isEqualTo(large);
    }

    @Test
    void noServerIsAFailure() throws InterruptedException {
        Channel server = EchoServer.start(group, 0);
        String port = String.valueOf(((InetSocketAddress) server.localAddress()).getPort());
        server.close().sync();
        assertThat(run(new EchoClient(), "--port", port, "anybody?")).isNotZero();
    }

    @Test
    void aPortInUseIsASentence() throws InterruptedException {
        Channel server = EchoServer.start(group, 0);
        String port = String.valueOf(((InetSocketAddress) server.localAddress()).getPort());
        assertThat(run(new EchoServer(), "--port", port)).isEqualTo(1);
        assertThat(complained.strip()).hasLineCount(1).contains("already in use");
    }
}
