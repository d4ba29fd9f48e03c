// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;

/** Writes at a rate, by the clock of the channel's event loop: what the channel cannot take at once, it gets later. */
final class PacedSender {

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Channel channel;
    private final double bytesPerSecond;
    private long beganNanos;
    private long written;

    PacedSender(Channel channel, double bytesPerSecond) {
        this.channel = channel;
        this.bytesPerSecond = bytesPerSecond;
    }

    void start() {
        beganNanos = System.nanoTime();
        channel.eventLoop().scheduleAtFixedRate(this::send, 1, 1, TimeUnit.MILLISECONDS);
    }

    private void send() {
        double due = bytesPerSecond * (System.nanoTime() - beganNanos) / NANOS_PER_SECOND;
        boolean any = false;
        while (channel.isActive() && channel.isWritable() && written + CHUNK_BYTES <= due) {
            channel.write(channel.alloc().directBuffer(CHUNK_BYTES).writeZero(CHUNK_BYTES));
            written += CHUNK_BYTES;
            any = true;
        }
        if (any) {
            channel.flush();
        }
    }
}
