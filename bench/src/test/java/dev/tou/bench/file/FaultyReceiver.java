// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

import dev.tou.bench.Transports;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** A receiver that does not do what it is there for: leaves when it is offered a file, or keeps other bytes. */
public final class FaultyReceiver implements AutoCloseable {

    private final FileReceiver receiver;

    private FaultyReceiver(boolean leaves) {
        receiver = FileReceiver.listen(
                Transports.Io.preferred(),
                new InetSocketAddress("127.0.0.1", 0),
                channel -> channel.pipeline().addLast(new OfferDecoder()).addLast(new Answerer(leaves)));
    }

    public static FaultyReceiver thatLeaves() {
        return new FaultyReceiver(true);
    }

    public static FaultyReceiver thatKeepsOtherBytes() {
        return new FaultyReceiver(false);
    }

    private static final class Answerer extends ChannelInboundHandlerAdapter {
        private final boolean leaves;

        Answerer(boolean leaves) {
            this.leaves = leaves;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Offer && leaves) {
                ctx.close();
            } else if (message instanceof Offer) {
                reply(ctx, Reply.Accepted.ALL);
            } else if (message instanceof Sha256) {
                MessageDigest other = Sha256.start();
                other.update("other bytes".getBytes(StandardCharsets.UTF_8));
                reply(ctx, new Reply.Kept(Sha256.finish(other)));
            }
            ReferenceCountUtil.release(message);
        }

        private static void reply(ChannelHandlerContext ctx, Reply reply) {
            ByteBuf out = ctx.alloc().buffer();
            reply.write(out);
            ctx.writeAndFlush(out);
        }
    }

    public String address() {
        return "127.0.0.1:" + receiver.address().getPort();
    }

    @Override
    public void close() {
        receiver.close();
    }
}
