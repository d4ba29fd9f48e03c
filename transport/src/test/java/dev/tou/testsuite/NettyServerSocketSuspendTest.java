// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The body again, with clients of ours and without the clock; Netty disables its own, which fails on some kernels. */
@OnEveryTransport
class NettyServerSocketSuspendTest extends ServerSocketSuspendTest {

    private static final int CHANNELS = 10;
    private static final int BACKLOG = 5;
    private static final long PATIENCE_SECONDS = 60;

    @Override
    protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
        return TouPermutation.serverSocket();
    }

    @Override
    @Test
    @Timeout(180)
    public void testSuspendAndResumeAccept(TestInfo testInfo) throws Throwable {
        run(testInfo, this::testSuspendAndResumeAccept);
    }

    @Override
    public void testSuspendAndResumeAccept(ServerBootstrap sb) throws Throwable {
        Accepted accepted = new Accepted();
        Channel server = sb.option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .childHandler(accepted)
                .bind()
                .sync()
                .channel();
        List<ChannelFuture> suspended = connect(server);
        CountDownLatch waiting = new CountDownLatch(BACKLOG);
        suspended.forEach(connect -> connect.addListener(connected -> waiting.countDown()));
        // At least as many as find a place in the backlog connect; nobody is accepted.
        assertThat(waiting.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(accepted.active.availablePermits()).isZero();
        server.config().setAutoRead(true);
        assertThat(accepted.active.tryAcquire(CHANNELS, PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        close(suspended);
        List<ChannelFuture> resumed = connect(server);
        assertThat(accepted.active.tryAcquire(CHANNELS, PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        close(resumed);
        server.close().sync();
    }

    private static List<ChannelFuture> connect(Channel server) {
        List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            connects.add(TouPermutation.peerClient()
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.localAddress()));
        }
        return connects;
    }

    private static void close(List<ChannelFuture> connects) throws InterruptedException {
        for (ChannelFuture connect : connects) {
            connect.sync().channel().close().sync();
        }
    }

    @ChannelHandler.Sharable
    private static final class Accepted extends ChannelInboundHandlerAdapter {

        private final Semaphore active = new Semaphore(0);

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            active.release();
        }
    }
}
