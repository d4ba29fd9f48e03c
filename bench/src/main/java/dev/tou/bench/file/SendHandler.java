// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

import dev.tou.bench.ConnectionReport;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Units;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The sending end of one transfer: offers the file, sends it when it is accepted, waits for the verdict.
 *
 * <p>The file is read and hashed on a thread of its own. It is ahead of the connection by at most {@link #PIECES_AHEAD}
 * pieces: a write's promise completes when the transport has taken the bytes, and gives one permit back.
 */
final class SendHandler extends SimpleChannelInboundHandler<Reply> {

    private static final int PIECE_BYTES = 64 << 10;
    private static final int PIECES_AHEAD = 32;

    private final SourceFile file;
    private final String name;
    private final HostAndPort target;
    private final Duration timeout;
    private final boolean anew;
    private final TransferProgress progress;
    private final CompletableFuture<FileSender.Sent> outcome;
    private final Semaphore permits = new Semaphore(PIECES_AHEAD);
    private boolean accepted;
    private volatile Thread reader;
    private volatile Sha256 announced;

    SendHandler(
            SourceFile file,
            String name,
            HostAndPort target,
            Duration timeout,
            boolean anew,
            TransferProgress progress,
            CompletableFuture<FileSender.Sent> outcome) {
        this.file = file;
        this.name = name;
        this.target = target;
        this.timeout = timeout;
        this.anew = anew;
        this.progress = progress;
        this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        progress.sentThrough(ctx.channel());
        ByteBuf offer = ctx.alloc().buffer();
        new Offer(name, file.size(), anew).write(offer);
        progress.wroteAhead(offer.readableBytes());
        ctx.writeAndFlush(offer);
        ctx.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Reply reply) {
        if (reply instanceof Reply.Checking && !accepted) {
            return; // that it came is all that counts
        }
        if (reply instanceof Reply.Accepted there && !accepted && isPlace(there.offset())) {
            accepted = true;
            reader = new DefaultThreadFactory("tou-file", true).newThread(() -> sendFrom(ctx.channel(), there));
            reader.start();
        } else if (reply instanceof Reply.Kept kept && announced != null) {
            kept(ctx, kept.digest());
        } else if (reply instanceof Reply.Refused refused) {
            fail(ctx, new Failure(refused.exit(), "The receiver says: " + refused.sentence()));
        } else {
            fail(ctx, new Failure(ExitCode.REFUSED, target + " answers out of turn; use the same tou on both sides."));
        }
    }

    private boolean isPlace(long offset) {
        return offset >= 0 && offset <= file.size();
    }

    /** On the file's own thread. */
    private void sendFrom(Channel channel, Reply.Accepted there) {
        try {
            sendStart(channel, there);
            while (!file.isAtEnd()) {
                permits.acquire();
                if (outcome.isDone()) {
                    return;
                }
                sendPiece(channel);
            }
            announced = file.digest();
            ByteBuf trailer = channel.alloc().buffer(Sha256.BYTES);
            announced.write(trailer);
            channel.writeAndFlush(trailer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            outcome.completeExceptionally(e);
            channel.close();
        }
    }

    /** Goes on where the receiver's bytes end, if they are those of this file. */
    private void sendStart(Channel channel, Reply.Accepted there) {
        SignOfLife checking = new SignOfLife(bytes -> {
            ByteBuf sign = channel.alloc().buffer();
            Start.writeChecking(sign, bytes);
            progress.wroteAhead(sign.readableBytes());
            channel.writeAndFlush(sign);
        });
        long begin = there.offset() == 0
                ? 0
                : file.resume(channel.alloc(), there.offset(), there.digest(), checking, outcome::isDone);
        ByteBuf start = channel.alloc().buffer();
        new Start(begin).write(start);
        progress.wroteAhead(start.readableBytes());
        progress.begin(begin);
        channel.writeAndFlush(start);
    }

    private void sendPiece(Channel channel) {
        ByteBuf piece = file.next(channel.alloc(), PIECE_BYTES);
        int bytes = piece.readableBytes();
        channel.writeAndFlush(piece).addListener((ChannelFuture written) -> {
            permits.release();
            if (written.isSuccess()) {
                progress.advance(bytes);
            }
        });
    }

    private void kept(ChannelHandlerContext ctx, Sha256 written) {
        if (!written.equals(announced)) {
            fail(
                    ctx,
                    new Failure(ExitCode.INTEGRITY, "The receiver kept other bytes than were sent; send them again."));
            return;
        }
        ConnectionReport report = ConnectionReport.of(ctx.channel());
        outcome.complete(
                new FileSender.Sent(written, file.size(), progress.resumedAt(), progress.elapsedNanos(), report));
        ctx.close();
    }

    private void fail(ChannelHandlerContext ctx, Failure failure) {
        outcome.completeExceptionally(failure);
        permits.release(); // lets the file's thread see that it is over
        ctx.close();
    }

    /** Gives up, if it is not over already, and waits until the file is no longer being read. */
    void stop() throws InterruptedException {
        outcome.completeExceptionally(new Failure(ExitCode.INTERRUPTED, "Given up."));
        permits.release();
        Thread reading = reader;
        if (reading != null) {
            reading.join();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            String silence = Units.nanos(timeout.toNanos());
            String sentence = target + " took and sent nothing for " + silence + howFar() + "; is it still there?";
            fail(ctx, new Failure(accepted ? ExitCode.RESET : ExitCode.REFUSED, sentence));
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new Failure(ExitCode.RESET, target + " ended the connection" + howFar() + whatToDo()));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        fail(
                ctx,
                reason instanceof Failure known
                        ? known
                        : new Failure(
                                ExitCode.RESET, target + " broke the connection" + howFar() + whatToDo(), reason));
    }

    private String whatToDo() {
        return accepted ? "; send the file again." : "; is \"tou receive\" running there, on that port?";
    }

    private String howFar() {
        if (!accepted) {
            return " before it accepted the file";
        }
        return " after it had acknowledged " + Units.bytes(progress.acknowledged()) + " of "
                + Units.bytes(progress.size());
    }
}
