// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands between TCP and the wire, and throws every n-th datagram away that is to leave. One for each UDP channel, whose event
 * loop it runs on.
 */
final class EveryNthLost extends ChannelOutboundHandlerAdapter {

    private final int n;
    private int datagrams;
    private int lost;

    EveryNthLost(int n) {
        this.n = n;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object datagram, ChannelPromise promise) {
        if (++datagrams % n != 0) {
            ctx.write(datagram, promise);
            return;
        }
        lost++;
        ReferenceCountUtil.release(datagram);
        promise.setSuccess(); // as far as TCP can tell it has left: what happens behind a router, nobody is told
    }

    int datagrams() {
        return datagrams;
    }

    int lost() {
        return lost;
    }
}
