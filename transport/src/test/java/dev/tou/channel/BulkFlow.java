// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.telemetry.TcpInfo;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;

/** A client of a {@link SimPair} that always has something to send, and a server that counts it. */
final class BulkFlow extends ChannelInboundHandlerAdapter implements AutoCloseable {

    private static final int PIECE = 64 * 1024;

    /** Neither end's buffer is to be the limit. */
    private static final int RECEIVE_BUFFER = 64 << 20;

    final SimPair pair;
    private final ByteBuf zeros = Unpooled.directBuffer(PIECE).writeZero(PIECE).asReadOnly();
    private long left;
    private long received;
    private TouSocketChannel channel;

    /** Connects, and sends {@code bytes} as fast as it may. */
    BulkFlow(SimPair pair, CongestionControllerFactory controller, long bytes) {
        this.pair = pair;
        left = bytes;
        // Pipes of the test, not of the network under test: sockets that hold what a burst brings.
        pair.listen(pair.servers
                .server()
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        received += ((ByteBuf) msg).readableBytes();
                        ReferenceCountUtil.release(msg);
                    }
                }));
        Bootstrap client = pair.clients
                .client()
                .option(TouChannelOption.CONGESTION_CONTROLLER, controller)
                .handler(this);
        channel = (TouSocketChannel) pair.connect(client);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        fill(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        fill(ctx);
    }

    private void fill(ChannelHandlerContext ctx) {
        while (left > 0 && ctx.channel().isWritable()) {
            int bytes = (int) Math.min(left, PIECE);
            left -= bytes;
            ctx.write(zeros.retainedSlice(0, bytes));
        }
        ctx.flush();
    }

    /** {@return bytes per second that arrived in the next while} */
    double goodput(Duration over) {
        long before = received;
        pair.simulation.advance(over);
        return (received - before) * 1e9 / over.toNanos();
    }

    long received() {
        return received;
    }

    TcpInfo info() {
        return channel.tcpInfo();
    }

    TransmissionControlBlock tcb() {
        return channel.tcb();
    }

    double windowSegments() {
        return info().cwnd() / (double) info().mss();
    }

    @Override
    public void close() {
        pair.close();
        zeros.release();
    }
}
