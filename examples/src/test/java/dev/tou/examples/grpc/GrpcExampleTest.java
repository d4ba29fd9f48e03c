// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import dev.tou.examples.RunsAnExample;
import io.grpc.Server;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GrpcExampleTest extends RunsAnExample {

    @Test
    void theClientPrintsTheEchoAndTheWords() throws IOException, InterruptedException {
        Server server = GrpcServer.builder(group, new InetSocketAddress("127.0.0.1", 0))
                .build()
                .start();
        String port = String.valueOf(server.getPort());
        assertThat(run(new GrpcClient(), "--port", port, "grüß dich")).isZero();
        assertThat(printed.lines()).containsExactly("grüß dich", "grüß", "dich");
        server.shutdown().awaitTermination(60, TimeUnit.SECONDS);
        assertThat(run(new GrpcClient(), "--port", port)).isEqualTo(1);
    }
}
