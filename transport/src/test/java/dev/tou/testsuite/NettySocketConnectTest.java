// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.time.Duration;
import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketConnectTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertTimeout;

/** On the clean wire with Netty's three seconds; on the lossy one a SYN that is lost twice would take all of them. */
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
        inTime(() -> super.testChannelEventsFiredWhenClosedDirectly(testInfo));
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnect(TestInfo testInfo) throws Throwable {
        inTime(() -> super.testWriteWithFastOpenBeforeConnect(testInfo));
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectDirectBufferReaderIndex(TestInfo testInfo) throws Throwable {
        inTime(() -> super.testWriteWithFastOpenBeforeConnectDirectBufferReaderIndex(testInfo));
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectCompositeBuffer(TestInfo testInfo) throws Throwable {
        inTime(() -> super.testWriteWithFastOpenBeforeConnectCompositeBuffer(testInfo));
    }

    @Override
    @Test
    @Timeout(120)
    public void testWriteWithFastOpenBeforeConnectCompositeBufferReaderIndex(TestInfo testInfo) throws Throwable {
        inTime(() -> super.testWriteWithFastOpenBeforeConnectCompositeBufferReaderIndex(testInfo));
    }

    private static void inTime(Executable test) throws Throwable {
        if (TouPermutation.isLossy()) {
            test.execute();
        } else {
            assertTimeout(Duration.ofSeconds(3), test);
        }
    }
}
