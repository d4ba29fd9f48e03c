// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.UserCalls;
import io.netty.buffer.Unpooled;

/** The send buffer as what a {@link io.netty.channel.FileRegion} writes to; takes what there is room for. */
final class SendBufferTarget implements WritableByteChannel {

    private final UserCalls calls;
    private final TransmissionControlBlock tcb;

    SendBufferTarget(UserCalls calls, TransmissionControlBlock tcb) {
        this.calls = calls;
        this.tcb = tcb;
    }

    @Override
    public int write(ByteBuffer source) {
        int sent = calls.send(tcb, Unpooled.wrappedBuffer(source), source.remaining());
        source.position(source.position() + sent);
        return sent;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
