// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketChannelNotYetConnectedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@OnEveryTransport
class NettySocketChannelNotYetConnectedTest extends SocketChannelNotYetConnectedTest {

    private static final int NUMBER = 42;

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return TouPermutation.clientSocket();
    }

    /** The body again, with a server of ours instead of NIO's. */
    @Override
    @Test
    @Timeout(120)
    public void readMustBePendingUntilChannelIsActive(TestInfo info) throws Throwable {
        run(info, NettySocketChannelNotYetConnectedTest::readMustBePendingUntilChannelIsActive);
    }

    private static void readMustBePendingUntilChannelIsActive(Bootstrap client) throws InterruptedException {
        Channel server = TouPermutation.peerServer()
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        ctx.writeAndFlush(Unpooled.copyInt(NUMBER));
                    }
                })
                .bind(0)
                .sync()
                .channel();
        CountDownLatch read = new CountDownLatch(1);
        Channel channel = client.handler(new ByteToMessageDecoder() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext ctx) {
                        assertThat(ctx.channel().isActive()).isFalse();
                        ctx.read();
                    }

                    @Override
                    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
                        assertThat(in.readableBytes()).isLessThanOrEqualTo(Integer.BYTES);
                        if (in.readableBytes() == Integer.BYTES) {
                            assertThat(in.readInt()).isEqualTo(NUMBER);
                            read.countDown();
                        }
                    }
                })
                .connect(server.localAddress())
                .sync()
                .channel();
        assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();
        channel.close().sync();
        server.close().sync();
    }
}
