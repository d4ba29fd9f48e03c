// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketAddressesTest;

import static org.assertj.core.api.Assertions.assertThat;

@OnEveryTransport
class NettySocketAddressesTest extends SocketAddressesTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return TouPermutation.socket();
    }

    @Override
    protected void assertAddress(SocketAddress address) {
        InetSocketAddress internet = (InetSocketAddress) address;
        assertThat(internet.getPort()).isPositive();
        assertThat(internet.getAddress().isAnyLocalAddress()).isFalse();
    }
}
