// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Sentence;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/**
 * Sends what is due and takes what comes back, in the event loop of one connection.
 *
 * <p>The loop is open: a request is sent when its time has come, however many are unanswered, and its latency counts from
 * that time. So a stall counts for every request that it delayed, not only for the one that met it (no coordinated
 * omission). Only a connection that takes no more bytes makes a request wait; that wait is part of its latency, too.
 *
 * <pre>
 *   0        4          8                  16            size
 *   | "TOUE" | request  | when it was sent | zero ...    |
 * </pre>
 *
 * <p>The other end sends these bytes back as they are, so nothing about a request need be kept here.
 */
final class Requester extends SimpleChannelInboundHandler<ByteBuf> {

    /** "TOUE": every request begins with it, so that a server with several services knows this one. */
    static final int MAGIC = 0x544F5545;

    static final int HEADER_BYTES = 16;

    /** What to ask where nothing has been answered. */
    static final String WHO_IS_THERE = "is \"tou ping --serve\" at the other end?";

    /** So many are written between flushes when a burst is overdue. */
    private static final int BURST = 64;

    private final int size;
    private final LongSupplier clock;
    private final Alarm alarm;
    private ChannelHandlerContext ctx;
    private Schedule schedule;
    private Measurement measurement;
    private CompletableFuture<Void> outcome;
    private int sent;
    private int answered;

    /** Whether the other end has answered at all, in whichever round. */
    private boolean speaks;

    private boolean held;
    private Failure failure;

    /**
     * @param size bytes of a request, from {@link #HEADER_BYTES}
     * @param clock nanoseconds, on the scale of the schedules and of {@code alarm}
     */
    Requester(int size, LongSupplier clock, Alarm alarm) {
        this.size = size;
        this.clock = clock;
        this.alarm = alarm;
    }

    /** {@return whether an answer may begin with the bytes of {@code in}, of which there may be few} */
    static boolean mayBegin(ByteBuf in) {
        for (int i = 0; i < Math.min(in.readableBytes(), Integer.BYTES); i++) {
            if (in.getByte(in.readerIndex() + i) != (byte) (MAGIC >>> Byte.SIZE * (Integer.BYTES - 1 - i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    /**
     * Begins to send by {@code schedule}; the one before is over. In the event loop.
     *
     * @param into gets the figures
     * @param outcome completed when all is answered, or with the {@link Failure} that ended the connection
     */
    void begin(Schedule schedule, Measurement into, CompletableFuture<Void> outcome) {
        this.schedule = schedule;
        this.measurement = into;
        this.outcome = outcome;
        this.sent = 0;
        this.answered = 0;
        if (failure != null) {
            outcome.completeExceptionally(failure);
        } else {
            sendDue();
        }
    }

    private void sendDue() {
        int unflushed = 0;
        held = false;
        while (sent < schedule.count() && failure == null) {
            long now = clock.getAsLong();
            long late = now - schedule.intendedNanos(sent);
            if (late < 0) {
                break;
            }
            if (!ctx.channel().isWritable()) {
                held = true;
                break;
            }
            ctx.write(request(now));
            measurement.onSent(late);
            sent++;
            if (++unflushed % BURST == 0) {
                ctx.flush();
            }
        }
        if (unflushed > 0) {
            ctx.flush();
        }
        if (sent < schedule.count() && !held && failure == null) {
            alarm.at(schedule.intendedNanos(sent), this::sendDue);
        }
    }

    private ByteBuf request(long now) {
        return ctx.alloc()
                .buffer(size)
                .writeInt(MAGIC)
                .writeInt(sent)
                .writeLong(now)
                .writeZero(size - HEADER_BYTES);
    }

    /** What was held back goes as soon as the connection takes bytes again. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (held && ctx.channel().isWritable()) {
            held = false;
            alarm.at(clock.getAsLong(), this::sendDue); // not from inside the write that made room
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf answer) {
        if (!speaks && !mayBegin(answer)) {
            fail(new Failure(
                    ExitCode.REFUSED,
                    "The other end does not speak the protocol of \"tou ping --serve\"; is that running there, on that"
                            + " port?"));
            return;
        }
        if (schedule == null || answered == sent || answer.readInt() != MAGIC || answer.readInt() != answered) {
            fail(new Failure(
                    ExitCode.INTEGRITY, Sentence.thenAsk("An answer is not the one that was due", WHO_IS_THERE)));
            return;
        }
        long now = clock.getAsLong();
        measurement.onAnswered(now - schedule.intendedNanos(answered), now - answer.readLong());
        answered++;
        speaks = true;
        if (answered == schedule.count()) {
            outcome.complete(null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // One that measures leaves this to us.
        ExitCode exit = speaks ? ExitCode.RESET : ExitCode.REFUSED;
        fail(new Failure(exit, ended("The server closed the connection" + howFar())));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        fail(new Failure(ExitCode.RESET, ended("The connection broke" + howFar() + ": " + reason), cause));
    }

    private String howFar() {
        return schedule == null ? "" : " with " + (sent - answered) + " of " + sent + " requests unanswered";
    }

    private String ended(String text) {
        return speaks ? Sentence.ended(text) : Sentence.thenAsk(text, WHO_IS_THERE);
    }

    private void fail(Failure reason) {
        if (failure == null) {
            failure = reason;
            if (outcome != null) {
                outcome.completeExceptionally(reason);
            }
            ctx.close();
        }
    }
}
