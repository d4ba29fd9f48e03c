// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.endpoint.Shard;
import dev.tou.telemetry.DropReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/**
 * The way out for what answers a segment without a connection: a SYN-ACK with a cookie, a reset, an acknowledgment of TIME-WAIT. No
 * window bounds them, so they have half of what may wait in the UDP channel. Where a flood comes in faster than its answers
 * leave, the rest of them is left out, and connections still find room.
 */
final class Answers {

    private final Shard shard;
    private final Departure departure;

    Answers(Shard shard, Departure departure) {
        this.shard = shard;
        this.departure = departure;
    }

    /** {@return whether there is room for one more; if not, that is counted} To be asked before anything else is used up. */
    boolean findRoom(ChannelHandlerContext ctx) {
        Channel udp = ctx.channel();
        boolean room = udp.bytesBeforeUnwritable() > udp.config().getWriteBufferHighWaterMark() / 2;
        if (!room) {
            shard.drops().count(DropReason.SEND_QUEUE_FULL);
        }
        return room;
    }

    /** Sends the departure's segment to where the arrival came from. */
    void send(ChannelHandlerContext ctx, Arrival to) {
        departure.complete(null, shard.peer() == null ? to.sender() : null).leave(ctx, ctx.voidPromise());
    }
}
