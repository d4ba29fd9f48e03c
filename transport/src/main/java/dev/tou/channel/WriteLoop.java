// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.UserCalls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;

/**
 * Copies flushed writes into the send buffer, as far as there is room; what is left waits for the next acknowledgment. A write
 * has succeeded when its last byte is copied, as with a kernel's socket.
 */
final class WriteLoop {

    /** What became of one write. */
    private enum Outcome {
        DONE,
        NO_ROOM,
        TURN_OVER
    }

    private WriteLoop() {}

    /**
     * Writes until nothing is left, or no room.
     *
     * @param spins how often file regions are asked for bytes before other channels have a turn
     * @return false if the turn is over although there is room, and the caller shall come again
     */
    static boolean write(ChannelOutboundBuffer in, UserCalls calls, TransmissionControlBlock tcb, int spins)
            throws IOException {
        Outcome outcome;
        do {
            outcome = fill(in, calls, tcb, spins);
            calls.push(tcb);
            // With UNSENT_LOW_WATER, what has left just now makes room.
        } while (outcome == Outcome.NO_ROOM && calls.sendSpace(tcb) > 0);
        return outcome != Outcome.TURN_OVER;
    }

    private static Outcome fill(ChannelOutboundBuffer in, UserCalls calls, TransmissionControlBlock tcb, int spins)
            throws IOException {
        for (Object msg = in.current(); msg != null; msg = in.current()) {
            Outcome outcome = msg instanceof ByteBuf buffer
                    ? writeBuffer(in, buffer, calls, tcb)
                    : writeRegion(in, (FileRegion) msg, calls, tcb, spins);
            if (outcome != Outcome.DONE) {
                return outcome;
            }
        }
        return Outcome.DONE;
    }

    private static Outcome writeBuffer(
            ChannelOutboundBuffer in, ByteBuf buffer, UserCalls calls, TransmissionControlBlock tcb) {
        int sent = calls.send(tcb, buffer, buffer.readableBytes());
        if (sent > 0) {
            in.progress(sent);
        }
        boolean all = !buffer.isReadable();
        if (all) {
            in.remove();
        }
        return all ? Outcome.DONE : Outcome.NO_ROOM;
    }

    private static Outcome writeRegion(
            ChannelOutboundBuffer in, FileRegion region, UserCalls calls, TransmissionControlBlock tcb, int spins)
            throws IOException {
        int left = spins;
        while (region.transferred() < region.count()) {
            if (calls.sendSpace(tcb) == 0) {
                return Outcome.NO_ROOM;
            }
            if (left-- == 0) {
                return Outcome.TURN_OVER;
            }
            long sent = region.transferTo(new SendBufferTarget(calls, tcb), region.transferred());
            if (sent > 0) {
                in.progress(sent);
            }
        }
        in.remove();
        return Outcome.DONE;
    }
}
