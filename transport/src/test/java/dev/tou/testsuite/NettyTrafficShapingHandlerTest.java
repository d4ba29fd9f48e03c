// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;

import dev.tou.channel.TouChannelOption;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.TrafficShapingHandlerTest;
import org.junit.jupiter.api.Tag;

/** It takes rates by the clock, so it is not for every build. */
@Tag("full")
@OnEveryTransport
class NettyTrafficShapingHandlerTest extends TrafficShapingHandlerTest {

    private static final int LOOPBACK_MTU = 65_535;

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return TouPermutation.socket();
    }

    /** Its server takes it that a read brings whole blocks of 1024 bytes, as it does where segments are as large as loopback's. */
    @Override
    protected void configure(ServerBootstrap sb, Bootstrap cb, ByteBufAllocator allocator) {
        super.configure(sb, cb, allocator);
        sb.option(TouChannelOption.PATH_MTU, LOOPBACK_MTU);
        cb.option(TouChannelOption.PATH_MTU, LOOPBACK_MTU);
    }
}
