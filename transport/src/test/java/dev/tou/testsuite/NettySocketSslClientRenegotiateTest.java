// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

@OnEveryTransport
class NettySocketSslClientRenegotiateTest extends SocketSslClientRenegotiateTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return TouPermutation.socket();
    }

    @Override
    @Test
    @Disabled(
            "about how OpenSSL refuses a renegotiation; OpenSSL is not on the class path, and TLS on top does not see the transport")
    public void testSslRenegotiationRejected(
            SslContext serverCtx, SslContext clientCtx, boolean delegate, TestInfo testInfo) {}
}
