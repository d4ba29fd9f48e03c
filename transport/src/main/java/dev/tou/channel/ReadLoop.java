// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.UserCalls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Hands received bytes to the application's pipeline, by the rules that Netty's own channels obey: only when a read was asked
 * for, in buffers as large as the {@link RecvByteBufAllocator} guesses, so many of them as it allows, one
 * {@code channelReadComplete} behind them; then the end of the stream or the failure, which comes after all bytes.
 */
final class ReadLoop {

    private final TouSocketChannel channel;
    private boolean readPending;
    private boolean reading;
    private boolean scheduled;
    private boolean endSeenTwice;
    private Exception failure;

    ReadLoop(TouSocketChannel channel) {
        this.channel = channel;
    }

    /** The application asks for a read. */
    void begin() {
        readPending = true;
        if (!reading && somethingToTell()) {
            schedule();
        }
    }

    /** The application does not want the read that it asked for. */
    void clearPending() {
        readPending = false;
    }

    /** Bytes, or the end of the stream, have come. */
    void onReadable() {
        if (channel.isInputShutdown()) {
            discard();
        }
        if (readPending && !reading) {
            drain();
        }
    }

    /** The connection is over. Bytes that came before are still delivered if anybody reads. */
    void onFailure(Exception cause) {
        failure = cause;
        if (reading || !channel.isOpen()) {
            return;
        }
        if (readPending || unread() == 0) {
            drain();
        }
    }

    /** The application has shut down its input: what comes is acknowledged and thrown away. */
    void discard() {
        TransmissionControlBlock tcb = channel.tcb();
        if (tcb.receiveBuffer.readableBytes() > 0) {
            tcb.receiveBuffer.release();
            calls().received(tcb);
        }
    }

    private UserCalls calls() {
        return channel.shard().calls();
    }

    private int unread() {
        return channel.tcb() == null ? 0 : channel.tcb().receiveBuffer.readableBytes();
    }

    private boolean atEnd() {
        return unread() == 0 && channel.tcb() != null && channel.tcb().rcv.finReached();
    }

    private boolean somethingToTell() {
        return channel.isActive() && (unread() > 0 || failure != null || atEnd() && !endSeenTwice);
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(() -> {
                scheduled = false;
                if (readPending && !reading && channel.isOpen()) {
                    drain();
                }
            });
        }
    }

    private void drain() {
        reading = true;
        boolean more;
        try {
            boolean delivered = readBytes();
            if (!channel.isOpen()) {
                return;
            }
            if (delivered) {
                calls().received(channel.tcb());
            }
            if (unread() == 0) {
                tellEnd(delivered);
            }
        } finally {
            reading = false;
            more = readPending && somethingToTell();
        }
        if (more) {
            schedule();
        }
    }

    @SuppressWarnings("deprecation") // The handle's extended form is what every allocator returns, under the old name.
    private boolean readBytes() {
        ChannelPipeline pipeline = channel.pipeline();
        RecvByteBufAllocator.Handle handle = channel.unsafe().recvBufAllocHandle();
        handle.reset(channel.config());
        boolean any = false;
        while (channel.isOpen() && unread() > 0) {
            ByteBuf buffer = handle.allocate(channel.config().getAllocator());
            handle.attemptedBytesRead(buffer.writableBytes());
            handle.lastBytesRead(calls().receive(channel.tcb(), buffer, buffer.writableBytes()));
            handle.incMessagesRead(1);
            any = true;
            readPending = false;
            pipeline.fireChannelRead(buffer);
            if (!handle.continueReading()) {
                break;
            }
        }
        if (any) {
            handle.readComplete();
            pipeline.fireChannelReadComplete();
        }
        return any;
    }

    private void tellEnd(boolean delivered) {
        if (failure != null) {
            tellFailure();
        } else if (atEnd() && (readPending || delivered)) {
            tellEndOfStream(delivered);
        }
    }

    private void tellFailure() {
        Exception cause = failure;
        failure = null;
        readPending = false;
        channel.pipeline().fireChannelReadComplete();
        channel.pipeline().fireExceptionCaught(cause);
        if (channel.isOpen()) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    private void tellEndOfStream(boolean delivered) {
        if (!delivered) {
            readPending = false;
            channel.pipeline().fireChannelReadComplete();
        }
        if (!channel.isOpen()) {
            return;
        }
        if (!channel.isInputShutdown()) {
            if (Boolean.TRUE.equals(channel.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
                channel.inputEnded();
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            } else {
                channel.unsafe().close(channel.unsafe().voidPromise());
            }
        } else if (!endSeenTwice) {
            endSeenTwice = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }
}
