// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.SocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;

/** What {@code java.net.Socket} is to the suite's tests: the other end, which is read and written by the test's own thread. */
final class BlockingPeer extends SimpleChannelInboundHandler<ByteBuf> {

    private static final int END = -1;
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private volatile SocketChannel channel;

    /** What {@code java.net.ServerSocket} is to them. */
    static final class Listener implements AutoCloseable {

        private final BlockingQueue<BlockingPeer> accepted = new LinkedBlockingQueue<>();
        private final Channel channel;

        Listener(ServerBootstrap bootstrap, SocketAddress address) {
            channel = bootstrap
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel ch) {
                            BlockingPeer peer = new BlockingPeer();
                            peer.channel = ch;
                            ch.pipeline().addLast(peer);
                            accepted.add(peer);
                        }
                    })
                    .bind(address)
                    .syncUninterruptibly()
                    .channel();
        }

        SocketAddress address() {
            return channel.localAddress();
        }

        BlockingPeer accept() throws InterruptedException {
            return inTime(accepted, "connection");
        }

        @Override
        public void close() {
            channel.close().syncUninterruptibly();
        }
    }

    void connect(Bootstrap bootstrap, SocketAddress address) {
        channel = (SocketChannel) bootstrap
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(this)
                .connect(address)
                .syncUninterruptibly()
                .channel();
    }

    /** {@return the next byte, or -1 at the end} */
    int read() throws InterruptedException {
        return inTime(received, "byte");
    }

    void write(int oneByte) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) oneByte}))
                .syncUninterruptibly();
    }

    void shutdownOutput() {
        channel.shutdownOutput().syncUninterruptibly();
    }

    void close() {
        channel.close().syncUninterruptibly();
    }

    private static <T> T inTime(BlockingQueue<T> queue, String what) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
        while (msg.isReadable()) {
            received.add((int) msg.readUnsignedByte());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            received.add(END);
        }
    }
}
