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
 * {@code channelReadComplete} behind them. The end of the stream is read like bytes are, behind all of them: a round of its own
 * for {@link ChannelInputShutdownEvent}, or the close, and one more for {@link ChannelInputShutdownReadComplete}. An application
 * that allows half-closure is told of the end without a read, as on epoll, once nothing is unread.
 *
 * <p>A failure is told behind all bytes that came before it, and at once when there are none, because an application that has
 * stopped reading still wants to know that nobody is there.
 */
final class ReadLoop {

    private final TouSocketChannel channel;
    private boolean readPending;
    private boolean reading;
    private boolean scheduled;
    private boolean endWasRead;
    private boolean endCloses;
    private Exception failure;

    ReadLoop(TouSocketChannel channel) {
        this.channel = channel;
    }

    /** The application asks for a read. */
    void begin() {
        readPending = true;
        if (!reading && hasNews()) {
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
        if (!reading && isDue()) {
            drain();
        }
    }

    /** {@return whether bytes that come are read, or thrown away, at once} */
    boolean wantsBytes() {
        return readPending && isReading() || channel.isInputShutdown();
    }

    /** The connection is over. Bytes that came before are still delivered if anybody reads. */
    void onFailure(Exception cause) {
        failure = cause;
        if (!reading && channel.isOpen() && (readPending || unread() == 0)) {
            drain();
        }
    }

    /** The application has shut down its input: what comes is acknowledged and thrown away. */
    void shutDown() {
        discard();
        if (!reading && isDue()) {
            schedule();
        }
    }

    private void discard() {
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

    // A read would find the end. After a local shutdown it is where we stand, as with a kernel's socket.
    private boolean atEnd() {
        return unread() == 0 && (channel.isInputShutdown() || channel.tcb().rcv.finReached());
    }

    private boolean wantsEnd() {
        // A close may wait for writes, and is not to be asked for again and again until then.
        return !endCloses && (!channel.isInputShutdown() || halfCloses() && !endWasRead);
    }

    private boolean halfCloses() {
        return Boolean.TRUE.equals(channel.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE));
    }

    // The application may close inside of any callback, and wants no bytes from then on.
    private boolean isReading() {
        return channel.isActive() && !channel.isLingering();
    }

    private boolean hasNews() {
        return isReading() && (unread() > 0 || failure != null || atEnd() && wantsEnd());
    }

    // An end that closes the channel waits for a read, because the application may still have something to say.
    private boolean isDue() {
        return hasNews() && (readPending || halfCloses() && unread() == 0);
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(() -> {
                scheduled = false;
                if (!reading && isDue()) {
                    drain();
                }
            });
        }
    }

    private void drain() {
        reading = true;
        try {
            do {
                round();
                // The end is a round of its own, but does not wait: our FIN may yet acknowledge the peer's.
            } while (unread() == 0 && isDue());
        } finally {
            reading = false;
        }
        if (isDue()) {
            schedule();
        }
    }

    @SuppressWarnings("deprecation") // The handle's extended form is what every allocator returns, under the old name.
    private void round() {
        ChannelPipeline pipeline = channel.pipeline();
        RecvByteBufAllocator.Handle handle = channel.unsafe().recvBufAllocHandle();
        handle.reset(channel.config());
        boolean exhausted;
        do {
            exhausted = unread() == 0;
            if (!exhausted) {
                readOne(pipeline, handle);
            }
        } while (!exhausted && isReading() && handle.continueReading());
        boolean failed = isReading() && failure != null && unread() == 0;
        boolean ended = isReading() && exhausted && !failed && atEnd();
        if (failed || ended) {
            readPending = false;
        }
        handle.readComplete();
        pipeline.fireChannelReadComplete();
        calls().received(channel.tcb());
        if (failed) {
            fail(pipeline);
        } else if (ended && channel.isOpen()) {
            end(pipeline);
        }
    }

    @SuppressWarnings("deprecation")
    private void readOne(ChannelPipeline pipeline, RecvByteBufAllocator.Handle handle) {
        ByteBuf buffer = handle.allocate(channel.config().getAllocator());
        handle.attemptedBytesRead(buffer.writableBytes());
        handle.lastBytesRead(calls().receive(channel.tcb(), buffer, buffer.writableBytes()));
        handle.incMessagesRead(1);
        readPending = false;
        pipeline.fireChannelRead(buffer);
    }

    private void fail(ChannelPipeline pipeline) {
        Exception cause = failure;
        failure = null;
        pipeline.fireExceptionCaught(cause);
        if (channel.isOpen()) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    private void end(ChannelPipeline pipeline) {
        if (!channel.isInputShutdown()) {
            if (halfCloses()) {
                channel.inputEnded();
                pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            } else {
                endCloses = true;
                channel.unsafe().close(channel.unsafe().voidPromise());
            }
        } else if (!endWasRead) {
            endWasRead = true;
            pipeline.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }
}
