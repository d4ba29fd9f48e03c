// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;

import static org.assertj.core.api.Assertions.assertThat;

@OnEveryTransport
class NettySocketHalfClosedTest extends SocketHalfClosedTest {

    private static final int BYTES = 100;
    private static final long PATIENCE_SECONDS = 60;
    private static final long LOOK_MILLIS = 5;

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return TouPermutation.socket();
    }

    /**
     * The body again: what the peer sent before its reset can be read after a write has failed, if the channel does not close by
     * itself. Netty's body blocks the event loop until the reset has come; here nobody else would receive it, so this one looks
     * again and again.
     */
    @Override
    public void testAutoCloseFalseDoesShutdownOutput(ServerBootstrap sb, Bootstrap cb) throws Throwable {
        for (boolean halfClosure : new boolean[] {false, true}) {
            for (boolean clientLeads : new boolean[] {false, true}) {
                autoCloseFalseDoesShutdownOutput(sb, cb, halfClosure, clientLeads);
            }
        }
    }

    private static void autoCloseFalseDoesShutdownOutput(
            ServerBootstrap sb, Bootstrap cb, boolean halfClosure, boolean clientLeads) throws Exception {
        cb.option(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.AUTO_READ, !clientLeads)
                .option(ChannelOption.SO_LINGER, 0);
        sb.childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .childOption(ChannelOption.AUTO_CLOSE, false)
                .childOption(ChannelOption.AUTO_READ, clientLeads)
                .childOption(ChannelOption.SO_LINGER, 0);
        Leader leader = new Leader();
        Follower follower = new Follower();
        sb.childHandler(only(clientLeads ? follower : leader));
        cb.handler(only(clientLeads ? leader : follower));
        Channel server = sb.bind().sync().channel();
        Channel client = cb.connect(server.localAddress()).sync().channel();
        assertThat(leader.writeFailure.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ChannelOutputShutdownException.class)
                .cause()
                .hasMessageContaining("reset");
        leader.outputShutdown.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        leader.allRead.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        client.close().sync();
        server.close().sync();
    }

    private static ChannelInitializer<Channel> only(ChannelHandler handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(handler);
            }
        };
    }

    /** Writes until it fails, and only then reads. */
    private static final class Leader extends SimpleChannelInboundHandler<ByteBuf> {

        private final CompletableFuture<Throwable> writeFailure = new CompletableFuture<>();
        private final CompletableFuture<Void> outputShutdown = new CompletableFuture<>();
        private final CompletableFuture<Void> allRead = new CompletableFuture<>();
        private int bytesRead;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
            writeAgain(ctx);
        }

        private void writeAgain(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).addListener(written -> {
                if (written.isSuccess()) {
                    ctx.executor().schedule(() -> writeAgain(ctx), LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } else {
                    writeFailure.complete(written.cause());
                    ctx.executor().execute(ctx::read);
                }
            });
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelOutputShutdownEvent) {
                outputShutdown.complete(null);
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            bytesRead += msg.readableBytes();
            if (bytesRead == BYTES) {
                allRead.complete(null);
            } else {
                ctx.read();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            allRead.completeExceptionally(new AssertionError("closed after " + bytesRead + " bytes"));
            outputShutdown.completeExceptionally(new AssertionError("closed, not shut down"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Replies, and resets the connection as soon as the reply has arrived. */
    private static final class Follower extends SimpleChannelInboundHandler<ByteBuf> {

        private int bytesRead;
        private boolean replied;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            bytesRead += msg.readableBytes();
            if (bytesRead >= BYTES && !replied) {
                replied = true;
                ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
                resetWhenAcknowledged(ctx);
            }
        }

        private void resetWhenAcknowledged(ChannelHandlerContext ctx) {
            TouSocketChannel channel = (TouSocketChannel) ctx.channel();
            if (channel.tcpInfo().bytesAcked() >= BYTES) {
                ctx.close();
            } else {
                ctx.executor().schedule(() -> resetWhenAcknowledged(ctx), LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }
}
