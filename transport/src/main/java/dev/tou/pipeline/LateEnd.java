// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.endpoint.Shard;
import io.netty.channel.ChannelHandlerContext;

/**
 * Ends a burst that no reading ends: a handler of the application before the codec has passed a datagram on in a turn of its own,
 * and the channel may read nothing for long. Somebody else may have ended the burst before this one's turn, a timer, say, and the
 * segment that the codec holds is still there.
 *
 * <p>The same object for every burst, so none costs memory. Where a handler is before the codec, as that of a
 * capture is, each burst posts one task.
 */
final class LateEnd implements Runnable {

    private final SegmentCodec codec;
    private final Shard shard;
    private final Burst burst;
    private ChannelHandlerContext ctx;
    private boolean due;

    LateEnd(SegmentCodec codec, Shard shard, Burst burst) {
        this.codec = codec;
        this.shard = shard;
        this.burst = burst;
    }

    /** A burst begins with a datagram. If the codec is the first handler, it is the channel itself that reads, and says when it ends. */
    void watch(ChannelHandlerContext codecContext) {
        if (!due && codecContext.pipeline().firstContext() != codecContext) {
            ctx = codecContext;
            due = true;
            shard.loop().execute(this);
        }
    }

    @Override
    public void run() {
        due = false;
        if ((burst.isActive() || codec.hasPending()) && !ctx.isRemoved()) {
            codec.channelReadComplete(ctx);
        }
    }
}
