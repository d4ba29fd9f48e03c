// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketConnectTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** With time to hang in: of Netty's three seconds a SYN that is lost twice takes all, and so may a machine that is busy. */
@OnEveryTransport
class NettySocketConnectTest extends SocketConnectTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return TouPermutation.socket();
    }

    @Override
    @Test
    @Timeout(120)
    public void testChannelEventsFiredWhenClosedDirectly(TestInfo testInfo) throws Throwable {
        super.testChannelEventsFiredWhenClosedDirectly(testInfo);
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnect(TestInfo testInfo) throws Throwable {
        super.testWriteWithFastOpenBeforeConnect(testInfo);
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectDirectBufferReaderIndex(TestInfo testInfo) throws Throwable {
        super.testWriteWithFastOpenBeforeConnectDirectBufferReaderIndex(testInfo);
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectCompositeBuffer(TestInfo testInfo) throws Throwable {
        super.testWriteWithFastOpenBeforeConnectCompositeBuffer(testInfo);
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectCompositeBufferReaderIndex(TestInfo testInfo) throws Throwable {
        super.testWriteWithFastOpenBeforeConnectCompositeBufferReaderIndex(testInfo);
    }
}
