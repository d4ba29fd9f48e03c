// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentDecoder;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.DatagramListener;
import dev.tou.simulation.Fate;
import io.netty.buffer.ByteBuf;

/**
 * Watches what hosts put on the wire: every byte of text must be the one that belongs to its sequence number, in whatever
 * transmission it travels. So a segment that is rewritten while it waits in a socket is seen at once.
 */
final class WireOracle implements DatagramListener {

    private static final boolean PRINT = Boolean.getBoolean("tou.print");

    private final InetSocketAddress server;
    private final Map<String, Integer> initialSequenceNumbers = new HashMap<>();
    private final Segment segment = new Segment();
    private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();

    WireOracle(InetSocketAddress server) {
        this.server = server;
    }

    @Override
    public void onDatagram(long nowNanos, Datagram datagram, Fate fate) {
        ByteBuf payload = datagram.payload();
        int textAt = SegmentDecoder.decode(payload, segment, rejection);
        if (PRINT) {
            int text = payload.readableBytes() - textAt;
            System.out.printf("%14.6f ms  %-10s %s text %d%n", nowNanos / 1e6, fate, segment, text);
        }
        if (fate != Fate.SENT) {
            return;
        }
        if (textAt < 0) {
            throw new AssertionError("malformed: " + rejection.reason());
        }
        String flow = datagram.source() + " " + segment.sourcePort() + ">" + segment.destinationPort();
        if (segment.is(ControlBits.SYN)) {
            initialSequenceNumbers.put(flow, segment.seq());
        } else if (payload.readableBytes() > textAt) {
            long offset = Integer.toUnsignedLong(segment.seq() - initialSequenceNumbers.get(flow) - 1);
            checkText(payload.skipBytes(textAt), datagram.source().equals(server) ? -1 : 0, offset);
        }
    }

    private void checkText(ByteBuf text, long key, long offset) {
        for (int i = 0; text.isReadable(); i++) {
            if (text.readByte() != StreamEnd.byteAt(key, offset + i)) {
                throw new AssertionError("on the wire, byte " + i + " of " + segment + " is not the stream's");
            }
        }
    }
}
