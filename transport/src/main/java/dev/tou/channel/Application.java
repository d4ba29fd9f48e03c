// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

import dev.tou.connection.ByteStream;
import dev.tou.telemetry.DeliveryProblem;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * A channel as its connection sees it: turns what the connection reports into the events of a channel, and keeps what is under
 * way between the two, a connect, a close that waits, an ordered end.
 */
final class Application implements ByteStream {

    private final TouSocketChannel channel;
    private final ReadLoop readLoop;
    private final Linger linger = new Linger();
    private ConnectAttempt attempt;
    private boolean ending;
    private boolean closeWhenWritten;
    private boolean flushScheduled;

    Application(TouSocketChannel channel, ReadLoop readLoop) {
        this.channel = channel;
        this.readLoop = readLoop;
    }

    // --- a connect under way ---

    boolean isConnecting() {
        return attempt != null;
    }

    void connect(ConnectAttempt begins, SocketAddress localAddress) {
        attempt = begins;
        begins.begin(localAddress);
    }

    /** The channel is closing. */
    void abandonConnect() {
        ConnectAttempt connecting = attempt;
        attempt = null;
        if (connecting != null) {
            connecting.abandon(new ClosedChannelException());
        }
    }

    @Override
    public void onEstablished() {
        ConnectAttempt connecting = attempt;
        attempt = null;
        if (connecting == null) {
            return;
        }
        channel.activate();
        boolean wanted = connecting.succeed();
        if (channel.config().getOption(ChannelOption.TCP_FASTOPEN_CONNECT)) {
            // What was written before connect needs no flush: it leaves with the acknowledgment of the SYN-ACK.
            channel.unsafe().flush();
        }
        channel.pipeline().fireChannelActive();
        if (!wanted) {
            // Cancelled in the meantime.
            channel.unsafe().close(channel.voidPromise());
        }
    }

    // --- bytes ---

    @Override
    public void onReadable() {
        readLoop.onReadable();
    }

    @Override
    public boolean wantsText() {
        return readLoop.wantsBytes();
    }

    // Not while others shall have a turn before: a region that has nothing yet would be asked for ever, without them.
    @Override
    public void onWritable() {
        if (flushScheduled) {
            return;
        }
        channel.resumeFlush();
        if (closeWhenWritten) {
            channel.unsafe().close(channel.voidPromise());
        }
    }

    /** Writes could go on, but others shall have a turn before. */
    void resumeFlushLater() {
        if (!flushScheduled) {
            flushScheduled = true;
            channel.eventLoop().execute(() -> {
                flushScheduled = false;
                onWritable();
            });
        }
    }

    @Override
    public void onDeliveryProblem(DeliveryProblem problem) {
        channel.pipeline().fireUserEventTriggered(problem);
    }

    // --- the end ---

    /** {@return whether a close, when it is called, waits for what is written, because this is an ordered end} */
    boolean isEnding() {
        return ending;
    }

    /** {@return whether a close must wait until these writes are in the send buffer; then it is called again} */
    boolean closesWhenWritten(ChannelOutboundBuffer unwritten) {
        closeWhenWritten = ending && unwritten != null && !unwritten.isEmpty();
        return closeWhenWritten;
    }

    /** Sends the FIN and runs the rest of the close when the peer has it, or by {@code SO_LINGER} the time is over. */
    void linger(Runnable closing) {
        linger.begin(channel, closing, ending ? 0 : channel.config().getSoLinger());
        channel.shard().calls().close(channel.tcb());
    }

    boolean isLingering() {
        return linger.isWaiting();
    }

    @Override
    public void onFinished() {
        linger.end();
    }

    @Override
    public void onClosed(Exception cause) {
        ending = false;
        linger.end();
        if (attempt != null) {
            attempt.fail(cause == null ? new ConnectException("Connection closed") : cause);
        } else if (cause instanceof ClosedChannelException) {
            // The event loop is shutting down and has closed the UDP channel: that is no failure of the connection.
            channel.unsafe().close(channel.voidPromise());
        } else if (cause != null) {
            readLoop.onFailure(cause);
            // Writes that wait for room will never have any: they fail, and close the channel even if nobody reads.
            channel.resumeFlush();
        }
    }

    @Override
    public void onShutdown() {
        ending = true;
        // Through the pipeline, so that handlers can say their own goodbye.
        channel.flush();
        channel.close();
    }
}
