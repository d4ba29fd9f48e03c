// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.net.InetSocketAddress;

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
        disk.call(() -> reception.open(offer), opened -> accept(ctx, offer, opened), e -> fail(ctx, e));
    }

    private void accept(ChannelHandlerContext ctx, Offer offer, TargetFile opened) {
        file = opened;
        if (state != State.OPENING) { // the sender left meanwhile
            discard();
            return;
        }
        state = State.RECEIVING;
        String name = opened.target().getFileName().toString();
        progress = new TransferProgress(name, offer.size(), peer);
        reception.listener().onBegin(progress);
        reply(ctx, new Reply.Accepted(0));
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
        state = State.KEPT;
        reception.leave();
        reply(ctx, new Reply.Kept(written));
        reception.listener().onKept(progress, file.target(), written);
    }

    /** Ends the transfer, once: tells the sender, if it is still there, and the listener. */
    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.FAILED || state == State.KEPT) {
            return;
        }
        boolean admitted = state != State.WAITING_FOR_OFFER;
        state = State.FAILED;
        Failure failure = cause instanceof Failure known
                ? known
                : new Failure(ExitCode.INTERNAL, "The receiver failed: " + cause + ".", cause);
        if (file != null) {
            discard();
        }
        if (admitted) {
            reception.leave();
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

    private void discard() {
        TargetFile unfinished = file;
        disk.call(
                () -> {
                    unfinished.discard();
                    reception.forget(unfinished);
                    return unfinished;
                },
                discarded -> {},
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
        } else if (state == State.WAITING_FOR_OFFER || (state == State.RECEIVING && !disk.isBehind())) {
            String silence = Units.nanos(reception.timeout().toNanos());
            fail(ctx, new Failure(ExitCode.REFUSED, peer + " sent nothing for " + silence + "; nothing was kept."));
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.OPENING || state == State.RECEIVING) {
            fail(ctx, new Failure(ExitCode.RESET, brokenOff("went away")));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (reason instanceof IOException) {
            if (state != State.WAITING_FOR_OFFER && state != State.COMMITTING) {
                fail(ctx, new Failure(ExitCode.RESET, brokenOff("broke the connection"), reason));
            }
            ctx.close();
        } else {
            fail(ctx, reason);
        }
    }

    private String brokenOff(String how) {
        return progress == null
                ? "The sender at " + peer + " " + how + " before its file was accepted."
                : "The sender at " + peer + " " + how + " after " + Units.bytes(progress.moved()) + " of "
                        + Units.bytes(progress.size()) + ", so " + progress.name() + " was not kept.";
    }
}
