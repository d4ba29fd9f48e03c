// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.testsuite.BlockingPeer.Listener;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The bodies again, with a listener of ours where Netty's class has a {@code java.net.ServerSocket}. */
@OnEveryTransport
class NettySocketShutdownOutputBySelfTest extends SocketShutdownOutputBySelfTest {

    private static final long PATIENCE_SECONDS = 60;

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return TouPermutation.clientSocket();
    }

    private Listener listener() {
        return new Listener(TouPermutation.peerServer(), newSocketAddress());
    }

    private static SocketChannel connect(Bootstrap client, ChannelHandler handler, Listener to) {
        return (SocketChannel) client.handler(handler)
                .connect(to.address())
                .syncUninterruptibly()
                .channel();
    }

    private static void assertOpen(SocketChannel channel, boolean outputShutdown) {
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.isInputShutdown()).isFalse();
        assertThat(channel.isOutputShutdown()).isEqualTo(outputShutdown);
    }

    @Override
    public void testShutdownOutput(Bootstrap cb) throws Throwable {
        try (Listener listener = listener()) {
            Bytes bytes = new Bytes();
            SocketChannel channel = connect(cb, bytes, listener);
            BlockingPeer peer = listener.accept();
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1})).sync();
            assertThat(peer.read()).isEqualTo(1);
            assertOpen(channel, false);
            channel.shutdownOutput().sync();
            assertThat(peer.read()).isEqualTo(-1);
            assertOpen(channel, true);
            peer.write(2);
            assertThat(bytes.received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo((byte) 2);
            peer.close();
            channel.close().sync();
        }
    }

    @Override
    public void testShutdownOutputAfterClosed(Bootstrap cb) throws Throwable {
        try (Listener listener = listener()) {
            SocketChannel channel = connect(cb, new Bytes(), listener);
            BlockingPeer peer = listener.accept();
            channel.close().sync();
            assertThat(channel.shutdownInput().await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(channel.shutdownOutput().await().cause()).isInstanceOf(ClosedChannelException.class);
            peer.close();
        }
    }

    /** Netty disables it, because a kernel's socket sometimes reports more changes. Ours does not. */
    @Override
    @Test
    @Timeout(120)
    public void testWriteAfterShutdownOutputNoWritabilityChange(TestInfo testInfo) throws Throwable {
        run(testInfo, this::testWriteAfterShutdownOutputNoWritabilityChange);
    }

    @Override
    public void testWriteAfterShutdownOutputNoWritabilityChange(Bootstrap cb) throws Throwable {
        try (Listener listener = listener()) {
            Bytes bytes = new Bytes();
            cb.option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2, 4));
            SocketChannel channel = connect(cb, bytes, listener);
            BlockingPeer peer = listener.accept();
            // On the loop, because on another thread a write is counted twice for a moment, which is a change, too.
            ChannelFuture write = channel.eventLoop()
                    .submit(() -> channel.write(Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6})))
                    .get();
            assertThat(bytes.writability.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isFalse();
            channel.flush();
            write.sync();
            assertThat(bytes.writability.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            for (int expected = 1; expected <= 6; expected++) {
                assertThat(peer.read()).isEqualTo(expected);
            }
            assertOpen(channel, false);
            channel.shutdownOutput().sync();
            assertThat(peer.read()).isEqualTo(-1);
            assertOpen(channel, true);
            ChannelFuture late = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[2]));
            assertThat(late.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(bytes.writability).isEmpty();
            peer.close();
            channel.close().sync();
        }
    }

    @Override
    public void testShutdownOutputSoLingerNoAssertError(Bootstrap cb) throws Throwable {
        shutdownWithLinger(cb, true);
    }

    @Override
    public void testShutdownSoLingerNoAssertError(Bootstrap cb) throws Throwable {
        shutdownWithLinger(cb, false);
    }

    private void shutdownWithLinger(Bootstrap cb, boolean outputOnly) throws Throwable {
        try (Listener listener = listener()) {
            SocketChannel channel =
                    connect(cb.option(ChannelOption.SO_LINGER, 1), new ChannelInboundHandlerAdapter(), listener);
            BlockingPeer peer = listener.accept();
            (outputOnly ? channel.shutdownOutput() : channel.shutdown()).sync();
            peer.close();
            channel.close().sync();
        }
    }

    private static final class Bytes extends SimpleChannelInboundHandler<ByteBuf> {

        private final BlockingQueue<Byte> received = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> writability = new LinkedBlockingQueue<>();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            while (msg.isReadable()) {
                received.add(msg.readByte());
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            writability.add(ctx.channel().isWritable());
        }
    }
}
