// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Reads a stream, checks every byte of it, and remembers when which byte came. */
final class StreamSink extends ChannelInboundHandlerAdapter {

    private final BulkSource.SimClock clock;
    private long received;
    private long[] nanos = new long[64];
    private long[] totals = new long[64];
    private int reads;
    private boolean ended;
    private Throwable failure;

    StreamSink(BulkSource.SimClock clock) {
        this.clock = clock;
    }

    long received() {
        return received;
    }

    /** {@return how much had come by then} */
    long receivedBy(long atNanos) {
        int at = Arrays.binarySearch(nanos, 0, reads, atNanos);
        // Of several reads at one instant there is one entry.
        int last = at >= 0 ? at : -at - 2;
        return last < 0 ? 0 : totals[last];
    }

    /** {@return when the byte at this offset came, or -1 if it has not} */
    long arrivalNanos(long offset) {
        int at = Arrays.binarySearch(totals, 0, reads, offset + 1);
        int entry = at >= 0 ? at : -at - 1;
        return entry == reads ? -1 : nanos[entry];
    }

    /** {@return when the last byte so far came} */
    long lastNanos() {
        return reads == 0 ? -1 : nanos[reads - 1];
    }

    boolean hasEnded() {
        return ended;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            Pattern.check(bytes, received);
            received += bytes.readableBytes();
        } finally {
            bytes.release();
        }
        note(clock.nowNanos());
    }

    private void note(long now) {
        if (reads == 0 || nanos[reads - 1] != now) {
            if (reads == nanos.length) {
                nanos = Arrays.copyOf(nanos, reads * 2);
                totals = Arrays.copyOf(totals, reads * 2);
            }
            nanos[reads++] = now;
        }
        totals[reads - 1] = received;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended = true;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
        ctx.close();
    }
}
