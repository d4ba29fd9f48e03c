// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes what it is told to, when it is told, in one write and one flush. */
final class Talker extends ChannelInboundHandlerAdapter {

    private ChannelHandlerContext ctx;
    private final List<Object> events = new ArrayList<>();
    private long written;
    private Throwable failure;

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        context.fireChannelActive();
    }

    boolean isActive() {
        return ctx != null;
    }

    void writes(long bytes) {
        for (long end = written + bytes; written < end; ) {
            ByteBuf chunk = Pattern.slice(written, end - written);
            written += chunk.readableBytes();
            ctx.write(chunk, ctx.voidPromise());
        }
        ctx.flush();
    }

    /** {@return what was written so far} */
    long written() {
        return written;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        events.add(event);
        context.fireUserEventTriggered(event);
    }

    /** {@return what the channel has told of this kind, besides what it read} */
    <T> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** {@return what went wrong first, or null} */
    Throwable failure() {
        return failure;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failure = failure == null ? cause : failure;
        context.close();
    }
}
