// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketConnectionAttemptTest;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Instead of a host that perhaps does not answer, a UDP socket that surely does not. */
@OnEveryTransport
class NettySocketConnectionAttemptTest extends SocketConnectionAttemptTest {

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return TouPermutation.clientSocket();
    }

    private static DatagramSocket silence() throws SocketException {
        return new DatagramSocket(new InetSocketAddress(NetUtil.LOCALHOST, 0));
    }

    @Override
    public void testConnectTimeout(Bootstrap cb) throws Throwable {
        try (DatagramSocket silence = silence()) {
            ChannelFuture connect = cb.handler(new ChannelInboundHandlerAdapter())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
                    .connect(silence.getLocalSocketAddress());
            assertThat(connect.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(connect.cause()).isInstanceOf(ConnectTimeoutException.class);
            assertThat(connect.channel().closeFuture().await(60, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Override
    @Test
    @Timeout(120)
    public void testConnectCancellation(TestInfo testInfo) throws Throwable {
        run(testInfo, this::testConnectCancellation);
    }

    @Override
    public void testConnectCancellation(Bootstrap cb) throws Throwable {
        try (DatagramSocket silence = silence()) {
            ChannelFuture connect = cb.handler(new ChannelInboundHandlerAdapter())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
                    .connect(silence.getLocalSocketAddress());
            assertThat(connect.await(1000)).isFalse();
            assertThat(connect.cancel(true)).isTrue();
            assertThat(connect.channel().closeFuture().await(60, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(connect.isCancelled()).isTrue();
        }
    }
}
