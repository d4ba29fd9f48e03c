// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.concurrent.atomic.AtomicLong;

import dev.tou.bench.ConnectionReport;
import dev.tou.bench.HostAndPort;
import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.channel.Channel;

/** How far one file has come: counted by the threads that move it, read by the one that shows it. */
public final class TransferProgress {

    private static final long NOT_BEGUN = -1;

    private final String name;
    private final long size;
    private final HostAndPort peer;
    private final long startNanos = System.nanoTime();
    private final AtomicLong moved = new AtomicLong();
    private final AtomicLong ahead = new AtomicLong();
    private volatile long resumedAt = NOT_BEGUN;
    private volatile Channel channel;

    TransferProgress(String name, long size, HostAndPort peer) {
        this.name = name;
        this.size = size;
        this.peer = peer;
    }

    /** Names the channel that is sending, whose figures are shown. */
    void sentThrough(Channel sending) {
        channel = sending;
    }

    /** Counts bytes that the sender has written before those of the file. */
    void wroteAhead(int bytes) {
        ahead.addAndGet(bytes);
    }

    /**
     * {@return bytes of the file that the receiver's TCP has acknowledged, with those of an earlier transfer; they may not have
     * been read there yet, let alone be on its disk; of a channel that cannot tell, {@link #moved}}
     */
    public long acknowledged() {
        TcpInfo info = channel instanceof TouSocketChannel tou ? tou.tcpInfo() : null;
        if (info == null || !hasBegun()) {
            return moved();
        }
        long ofFile = Math.max(0, info.bytesAcked() - ahead.get());
        return Math.min(size, resumedAt() + ofFile);
    }

    /** {@return segments sent again so far; null for a receiver, and for a channel that cannot tell} */
    public Long retransmits() {
        Channel sending = channel;
        return sending == null ? null : ConnectionReport.of(sending).retransmits();
    }

    /** The bytes begin to move, from this place in the file on. */
    void begin(long offset) {
        moved.set(offset);
        resumedAt = offset;
    }

    /** {@return whether bytes have begun to move; until then there is nothing to tell but that one waits} */
    public boolean hasBegun() {
        return resumedAt != NOT_BEGUN;
    }

    /** {@return bytes that an earlier transfer had moved} */
    public long resumedAt() {
        return Math.max(0, resumedAt);
    }

    void advance(int bytes) {
        moved.addAndGet(bytes);
    }

    /** {@return the file's name} */
    public String name() {
        return name;
    }

    /** {@return bytes in the file} */
    public long size() {
        return size;
    }

    /**
     * {@return bytes of the file that are moved so far, with those of an earlier transfer: by a sender into the connection's buffer,
     * by a receiver out of it}
     */
    public long moved() {
        return moved.get();
    }

    /** {@return the other end} */
    public HostAndPort peer() {
        return peer;
    }

    /** {@return nanoseconds since the transfer began} */
    public long elapsedNanos() {
        return System.nanoTime() - startNanos;
    }
}
