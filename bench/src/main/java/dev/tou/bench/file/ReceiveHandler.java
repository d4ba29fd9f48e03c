// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Units;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * The receiving end of one transfer: answers the offer, hands the bytes to the disk thread, keeps the file or says why not.
 *
 * <p>Runs in the event loop; whatever waits for the disk runs on the {@link DiskThread} and comes back as a task. After a
 * refusal it reads on and drops what comes, until the sender has closed: closing with unread bytes would reset the
 * connection, and the refusal would be lost.
 */
final class ReceiveHandler extends ChannelInboundHandlerAdapter {

    private enum State {
        WAITING_FOR_OFFER,
        OPENING,
        ACCEPTED,
        RECEIVING,
        COMMITTING,
        KEPT,
        FAILED
    }

    private final Reception reception;
    private State state = State.WAITING_FOR_OFFER;
    private HostAndPort peer;
    private DiskThread disk;
    private TargetFile file;
    private TransferProgress progress;

    ReceiveHandler(Reception reception) {
        this.reception = reception;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        peerIs(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        peerIs(ctx);
    }

    private void peerIs(ChannelHandlerContext ctx) {
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress address) {
            peer = HostAndPort.of(address);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Offer offer) {
            offered(ctx, offer);
        } else if (message instanceof Start start && state == State.ACCEPTED) {
            start(ctx, start.offset());
        } else if (message instanceof ByteBuf piece && state == State.RECEIVING) {
            progress.advance(piece.readableBytes());
            disk.write(file::write, piece, e -> fail(ctx, e));
        } else if (message instanceof Sha256 digest && state == State.RECEIVING) {
            commit(ctx, digest);
        } else {
            ReferenceCountUtil.release(message);
            if (state == State.OPENING) {
                fail(ctx, new Failure(ExitCode.REFUSED, "The sender did not wait until its file was accepted."));
            }
        }
    }

    private void offered(ChannelHandlerContext ctx, Offer offer) {
        try {
            reception.admit();
        } catch (Failure refused) {
            fail(ctx, refused);
            return;
        }
        state = State.OPENING;
        disk = new DiskThread(ctx.channel());
        SignOfLife checking = new SignOfLife(bytes -> reply(ctx, new Reply.Checking(bytes)));
        disk.call(() -> reception.open(offer, checking), opened -> accept(ctx, offer, opened), e -> notOpened(ctx, e));
    }

    private void notOpened(ChannelHandlerContext ctx, Throwable cause) {
        reception.leave();
        fail(ctx, cause);
    }

    private void accept(ChannelHandlerContext ctx, Offer offer, TargetFile opened) {
        file = opened;
        if (state != State.OPENING) { // the sender left meanwhile
            end(TargetFile::suspend);
            return;
        }
        state = State.ACCEPTED;
        progress = new TransferProgress(file.target().getFileName().toString(), offer.size(), peer);
        long there = file.bytes();
        reply(ctx, there == 0 ? Reply.Accepted.ALL : new Reply.Accepted(there, file.digestSoFar()));
    }

    private void start(ChannelHandlerContext ctx, long offset) {
        if (offset != 0 && offset != file.bytes()) {
            breakOff(
                    ctx, new Failure(ExitCode.REFUSED, "The sender at " + peer + " begins where it was not asked to."));
            return;
        }
        state = State.RECEIVING;
        if (offset != file.bytes()) {
            disk.call(this::restart, restarted -> {}, e -> fail(ctx, e));
        }
        progress.begin(offset);
        reception.listener().onBegin(progress);
    }

    private Object restart() {
        file.restart();
        return file;
    }

    private void commit(ChannelHandlerContext ctx, Sha256 announced) {
        state = State.COMMITTING;
        disk.call(
                () -> {
                    Sha256 written = file.commit(announced);
                    reception.forget(file);
                    return written;
                },
                written -> kept(ctx, written),
                e -> fail(ctx, e));
    }

    private void kept(ChannelHandlerContext ctx, Sha256 written) {
        if (state != State.COMMITTING) { // given up meanwhile, which leaves by itself
            return;
        }
        state = State.KEPT;
        reception.leave();
        reply(ctx, new Reply.Kept(written));
        reception.listener().onKept(progress, file.target(), written);
    }

    /** Ends the transfer, and leaves what has come of the file for the next one. */
    private void breakOff(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause, TargetFile::suspend);
    }

    /** Ends the transfer, and leaves nothing of the file. */
    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause, TargetFile::discard);
    }

    /**
     * Ends the transfer, once: tells the sender, if it is still there, and the listener. A file that is just being opened is
     * ended as soon as it is open.
     */
    private void fail(ChannelHandlerContext ctx, Throwable cause, Consumer<TargetFile> how) {
        if (state == State.FAILED || state == State.KEPT) {
            return;
        }
        boolean admitted = state != State.WAITING_FOR_OFFER;
        state = State.FAILED;
        Failure failure = cause instanceof Failure known
                ? known
                : new Failure(ExitCode.INTERNAL, "The receiver failed: " + cause + ".", cause);
        if (file != null) {
            end(how);
        }
        if (ctx.channel().isActive()) {
            reply(ctx, new Reply.Refused(failure.exit(), failure.getMessage()));
            ctx.channel().config().setAutoRead(true);
        }
        if (admitted) {
            reception.listener().onFailed(peer, failure);
        } else {
            reception.listener().onRejected(peer, failure);
        }
    }

    /**
     * Behind everything that is to be written before; only then may another transfer have this one's place, because until then
     * it has its thread and its memory.
     */
    private void end(Consumer<TargetFile> how) {
        TargetFile unfinished = file;
        disk.call(
                () -> {
                    try {
                        how.accept(unfinished);
                    } finally {
                        reception.forget(unfinished);
                        reception.leave();
                    }
                    return unfinished;
                },
                ended -> {},
                e -> {});
    }

    private static void reply(ChannelHandlerContext ctx, Reply reply) {
        ByteBuf out = ctx.alloc().buffer();
        reply.write(out);
        ctx.writeAndFlush(out);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof IdleStateEvent)) {
            ctx.fireUserEventTriggered(event);
        } else if (state == State.KEPT || state == State.FAILED) {
            ctx.close();
        } else if (state == State.WAITING_FOR_OFFER || isReceiving() && !disk.isBehind()) {
            String silence = Units.nanos(reception.timeout().toNanos());
            breakOff(
                    ctx,
                    new Failure(
                            ExitCode.REFUSED, peer + " sent nothing for " + silence + howFar() + whatIsLeft() + "."));
            ctx.close();
        }
    }

    private boolean isReceiving() {
        return state == State.ACCEPTED || state == State.RECEIVING;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.OPENING || isReceiving()) {
            breakOff(ctx, new Failure(ExitCode.RESET, brokenOff("went away")));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (reason instanceof IOException) {
            if (state != State.WAITING_FOR_OFFER && state != State.COMMITTING) {
                breakOff(ctx, new Failure(ExitCode.RESET, brokenOff("broke the connection"), reason));
            }
            ctx.close();
        } else {
            breakOff(ctx, reason);
        }
    }

    private String brokenOff(String how) {
        return progress == null || !progress.hasBegun()
                ? "The sender at " + peer + " " + how + " before its file was accepted."
                : "The sender at " + peer + " " + how + howFar() + whatIsLeft() + ".";
    }

    /** What was read; it is on its way to the disk, and only the end of the process ends the file before it is there. */
    private String howFar() {
        return progress == null || !progress.hasBegun()
                ? ""
                : " after " + Units.bytes(progress.moved()) + " of " + Units.bytes(progress.size());
    }

    private String whatIsLeft() {
        if (progress == null || (progress.moved() == 0 && file.bytes() == 0)) {
            return "; nothing was kept";
        }
        return reception.resumes()
                ? "; what has come of " + progress.name() + " is kept, and the next \"tou send\" of it goes on there"
                : ", so " + progress.name() + " was not kept";
    }
}
