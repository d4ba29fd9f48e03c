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

    private WriteLoop() {}

    static void write(ChannelOutboundBuffer in, UserCalls calls, TransmissionControlBlock tcb) throws IOException {
        boolean room = true;
        for (Object msg = in.current(); msg != null && room; msg = in.current()) {
            room = msg instanceof ByteBuf buffer
                    ? writeBuffer(in, buffer, calls, tcb)
                    : writeRegion(in, (FileRegion) msg, calls, tcb);
        }
        calls.push(tcb);
    }

    // Whether the whole buffer went, so that the next may follow.
    private static boolean writeBuffer(
            ChannelOutboundBuffer in, ByteBuf buffer, UserCalls calls, TransmissionControlBlock tcb) {
        int sent = calls.send(tcb, buffer, buffer.readableBytes());
        if (sent > 0) {
            in.progress(sent);
        }
        boolean all = !buffer.isReadable();
        if (all) {
            in.remove();
        }
        return all;
    }

    private static boolean writeRegion(
            ChannelOutboundBuffer in, FileRegion region, UserCalls calls, TransmissionControlBlock tcb)
            throws IOException {
        while (region.transferred() < region.count()) {
            if (calls.sendSpace(tcb) == 0) {
                return false;
            }
            long sent = region.transferTo(new SendBufferTarget(calls, tcb), region.transferred());
            if (sent <= 0) {
                return false;
            }
            in.progress(sent);
        }
        in.remove();
        return true;
    }
}
