// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Transports;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import static org.assertj.core.api.Assertions.assertThat;

/** Accepts every offer, then reads a little and no more: a receiver in whose midst a sender can be interrupted. */
public final class HandDrivenReceiver implements AutoCloseable {

    private static final int ENOUGH_BYTES = 1_000_000;

    private final CountDownLatch enough = new CountDownLatch(1);
    private final FileReceiver receiver = FileReceiver.listen(
            Transports.Io.preferred(),
            new InetSocketAddress("127.0.0.1", 0),
            channel -> channel.pipeline().addLast(new OfferDecoder()).addLast(new Taker()));

    private final class Taker extends ChannelInboundHandlerAdapter {
        private long bytes;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Offer) {
                ByteBuf reply = ctx.alloc().buffer();
                Reply.Accepted.ALL.write(reply);
                ctx.writeAndFlush(reply);
            } else if (message instanceof ByteBuf piece) {
                bytes += piece.readableBytes();
                if (bytes >= ENOUGH_BYTES) {
                    ctx.channel().config().setAutoRead(false);
                    enough.countDown();
                }
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    public int port() {
        return receiver.address().getPort();
    }

    /** Waits until a megabyte has come. */
    public void awaitEnough() throws InterruptedException {
        assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        receiver.abort();
        receiver.close();
    }
}
