// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;

import dev.tou.connection.ByteStream;
import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.UserCalls;
import dev.tou.endpoint.Shard;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DeliveryProblem;
import dev.tou.timing.TcpTimer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Last stage: bytes and the application's channel. At the end of a burst it tells the application's side of every touched
 * connection what has become of it; and it takes the application's calls (RFC 9293 section 3.9.1).
 *
 * <p>An application may call back from inside any of this: its calls then only mark, and the burst's end sends. A
 * {@link dev.tou.telemetry.TransportListener}, or a handler on the UDP channel's pipeline, is called in the middle of a segment, so
 * what it asks for waits for the loop.
 */
final class StreamHandler extends ChannelInboundHandlerAdapter implements UserCalls {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(StreamHandler.class);

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Shard shard;
    private final Burst burst;
    private final StateMachineHandler stateMachine;
    private final WindowHandler window;

    StreamHandler(Shard shard, Burst burst, StateMachineHandler stateMachine, WindowHandler window) {
        this.shard = shard;
        this.burst = burst;
        this.stateMachine = stateMachine;
        this.window = window;
    }

    // --- to the application ---

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (TransmissionControlBlock tcb = burst.first(); tcb != null; tcb = tcb.nextTouched()) {
            try {
                deliver(tcb);
                // Nothing that is borrowed from a datagram outlives its burst.
                tcb.receiveBuffer.compact(ctx.alloc());
            } catch (RuntimeException | Error failure) {
                // An allocator of the application, or no memory: the end of one connection, not of its neighbours.
                failed(tcb, failure);
            }
        }
        ctx.fireChannelReadComplete();
    }

    private void failed(TransmissionControlBlock tcb, Throwable failure) {
        if (failure instanceof AssertionError broken) {
            throw broken; // a fault of ours, which nobody is to live with where assertions are on
        }
        LOGGER.warn("{} cannot be read and is reset", tcb, failure);
        tcb.fail(new IOException("Reading failed: " + failure, failure));
        stateMachine.abort(tcb);
        tcb.receiveBuffer.release();
        if (tcb.takeClosedNotice()) {
            tcb.stream().onClosed(tcb.failure());
        }
    }

    private void deliver(TransmissionControlBlock tcb) {
        if (tcb.takeEstablishedNotice()) {
            tcb.stream().onEstablished();
        }
        if (tcb.receiveBuffer.readableBytes() > 0 || tcb.rcv.finReached()) {
            tcb.stream().onReadable();
        }
        if (SendSpace.isWorthwhile(tcb)) {
            tcb.stream().onWritable();
        }
        if (tcb.takeFinishedNotice()) {
            tcb.stream().onFinished();
        }
        DeliveryProblem problem = SilenceWatch.takeProblem(tcb, burst.nowNanos());
        if (problem != null) {
            tcb.stream().onDeliveryProblem(problem);
        }
        if (tcb.takeClosedNotice()) {
            tcb.stream().onClosed(tcb.failure());
        }
        if (tcb.isOrphan() && tcb.state() == TcpState.FIN_WAIT_2 && !tcb.isArmed(TcpTimer.FIN_WAIT_2)) {
            armFinWait2(tcb);
        }
    }

    // --- from the application ---

    // Calls keep their order. SEND and RECEIVE need not wait: they move bytes between buffers and send nothing.
    private boolean waits(TransmissionControlBlock tcb, Consumer<TransmissionControlBlock> call) {
        boolean inTheMiddle = shard.reporting().isUnderWay();
        if (inTheMiddle) {
            shard.loop().execute(() -> call.accept(tcb));
        }
        return inTheMiddle;
    }

    @Override
    public void open(TransmissionControlBlock tcb) {
        if (waits(tcb, this::open)) {
            return;
        }
        stateMachine.open(tcb);
        flushUnlessInBurst();
    }

    @Override
    public int sendSpace(TransmissionControlBlock tcb) {
        return SendSpace.bytes(tcb);
    }

    @Override
    public int send(TransmissionControlBlock tcb, ByteBuf source, int maxBytes) {
        int bytes = Math.min(Math.min(maxBytes, source.readableBytes()), sendSpace(tcb));
        tcb.sendBuffer.append(source, bytes);
        return bytes;
    }

    @Override
    public void push(TransmissionControlBlock tcb) {
        if (waits(tcb, this::push)) {
            return;
        }
        if (burst.isActive()) {
            burst.touch(tcb);
        } else {
            window.transmitNow(tcb);
        }
    }

    @Override
    public int receive(TransmissionControlBlock tcb, ByteBuf destination, int maxBytes) {
        return tcb.receiveBuffer.readInto(destination, maxBytes);
    }

    @Override
    public void received(TransmissionControlBlock tcb) {
        if (waits(tcb, this::received)) {
            return;
        }
        tcb.receiving.applicationRead(now());
        tcb.report.receiveBuffer();
        if (burst.isActive()) {
            burst.touch(tcb);
        } else if (tcb.isLive() && tcb.receiving.deservesUpdate()) {
            window.transmitNow(tcb);
        } else {
            tcb.holdings.settle();
        }
    }

    private long now() {
        return burst.isActive() ? burst.nowNanos() : shard.resources().nowNanos();
    }

    @Override
    public void optionsChanged(TransmissionControlBlock tcb) {
        if (waits(tcb, this::optionsChanged)) {
            return;
        }
        if (tcb.isLive() && tcb.state().isSynchronized()) {
            tcb.optionsChanged(shard.resources().nowNanos());
            push(tcb);
        }
    }

    @Override
    public void close(TransmissionControlBlock tcb) {
        if (waits(tcb, this::close)) {
            return;
        }
        stateMachine.close(tcb);
        push(tcb);
    }

    @Override
    public void orphan(TransmissionControlBlock tcb) {
        if (waits(tcb, this::orphan)) {
            // The channel is closed, and hears no more of it in the meantime.
            tcb.stream(ByteStream.NOBODY);
            return;
        }
        boolean unread = tcb.receiveBuffer.readableBytes() > 0 && tcb.isLive();
        tcb.becomeOrphan();
        shard.applicationClosed(tcb);
        if (unread) {
            // RFC 9293 section 3.10.4, RFC 2525 section 2.17: what was received and never read must not look delivered.
            stateMachine.abort(tcb);
        } else {
            stateMachine.close(tcb);
            if (tcb.state() == TcpState.FIN_WAIT_2) {
                armFinWait2(tcb);
            }
        }
        if (tcb.isLive()) {
            shard.orphaned(tcb);
        }
        push(tcb);
    }

    private void armFinWait2(TransmissionControlBlock tcb) {
        long patience = tcb.options().finWait2Seconds() * NANOS_PER_SECOND;
        tcb.arm(TcpTimer.FIN_WAIT_2, shard.resources().nowNanos() + patience);
    }

    @Override
    public void abort(TransmissionControlBlock tcb) {
        if (waits(tcb, this::abort)) {
            return;
        }
        stateMachine.abort(tcb);
        push(tcb);
        flushUnlessInBurst();
    }

    private void flushUnlessInBurst() {
        if (!burst.isActive()) {
            shard.udp().flush();
        }
    }

    // --- the UDP channel fails, or ends ---

    /** Datagrams may fail to leave at any time: that is a loss like any other, and no news for an operator. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOGGER.debug("{}: a datagram was lost, or could not be read", ctx.channel(), cause);
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        shard.channelClosed();
        shard.forEachConnection(tcb -> {
            ByteStream stream = tcb.stream();
            tcb.fail(new ClosedChannelException());
            StateMachineHandler.abandon(tcb);
            if (tcb.takeClosedNotice()) {
                stream.onClosed(tcb.failure());
            }
            tcb.release();
        });
        shard.forEachUnclosed(tcb -> {
            tcb.stream().onClosed(new ClosedChannelException());
            tcb.release();
        });
        shard.closed();
        ctx.fireChannelInactive();
    }
}
