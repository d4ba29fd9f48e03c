// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import dev.tou.bench.ping.EchoHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;

/** The server's side of every stream: its first byte says what it is for. */
@ChannelHandler.Sharable
public final class Services extends ChannelInitializer<Channel> {

    /** What a server does with a stream, by the byte that asks for it. */
    public enum Service {
        /** Counts what arrives. */
        SINK,
        /** Sends without end. */
        FLOOD,
        /** Sends back what arrives. */
        ECHO
    }

    private final Meter meter;

    public Services(Meter meter) {
        this.meter = meter;
    }

    /** {@return the buffer that asks for {@code service}} */
    static ByteBuf request(ChannelHandlerContext ctx, Service service) {
        return ctx.alloc().buffer(1).writeByte(service.ordinal());
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Selector());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private final class Selector extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            Service service = Service.values()[bytes.readByte()];
            ctx.pipeline().addLast(handler(service));
            if (bytes.isReadable()) {
                ctx.fireChannelRead(bytes);
            } else {
                bytes.release();
            }
            ctx.pipeline().remove(this);
        }

        private ChannelHandler handler(Service service) {
            return switch (service) {
                case SINK -> new Sink(meter);
                case FLOOD -> new Flood();
                case ECHO -> new EchoHandler();
            };
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
