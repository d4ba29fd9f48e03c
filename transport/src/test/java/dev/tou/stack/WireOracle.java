// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentDecoder;
import dev.tou.segment.SegmentOptions;
import dev.tou.segment.SequenceNumber;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.DatagramListener;
import dev.tou.simulation.Fate;
import io.netty.buffer.ByteBuf;

/**
 * Watches what hosts put on the wire: every byte of text must be the one that belongs to its sequence number, in whatever
 * transmission it travels, so a segment that is rewritten while it waits in a socket is seen at once; and no text may lie
 * beyond the furthest window that the other end has ever put on the wire.
 */
final class WireOracle implements DatagramListener {

    private static final boolean PRINT = Boolean.getBoolean("tou.print");

    private final InetSocketAddress server;
    private final Map<String, Flow> flows = new HashMap<>();
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
        Flow flow = flow(datagram.source(), segment.sourcePort(), segment.destinationPort());
        Flow reverse = flow(datagram.destination(), segment.destinationPort(), segment.sourcePort());
        if (segment.is(ControlBits.SYN)) {
            flow.iss = segment.seq();
            flow.scale = segment.options().has(SegmentOptions.WINDOW_SCALE)
                    ? segment.options().windowScale()
                    : -1;
        } else if (payload.readableBytes() > textAt) {
            int end = segment.seq() + payload.readableBytes() - textAt;
            if (!reverse.edgeKnown) {
                // Only the SYN has told so far: its window counts from our first byte.
                reverse.edge = flow.iss + 1 + reverse.synWindow;
                reverse.edgeKnown = true;
            }
            if (SequenceNumber.gt(end, reverse.edge)) {
                throw new AssertionError(segment + " is " + (end - reverse.edge) + " bytes beyond the window");
            }
            long offset = Integer.toUnsignedLong(segment.seq() - flow.iss - 1);
            checkText(payload.skipBytes(textAt), datagram.source().equals(server) ? -1 : 0, offset);
        }
        if (segment.is(ControlBits.ACK)) {
            boolean scaled = !segment.is(ControlBits.SYN) && flow.scale >= 0 && reverse.scale >= 0;
            int edge = segment.ack() + (segment.window() << (scaled ? flow.scale : 0));
            flow.edge = flow.edgeKnown ? SequenceNumber.max(flow.edge, edge) : edge;
            flow.edgeKnown = true;
        } else if (segment.is(ControlBits.SYN)) {
            flow.synWindow = segment.window();
        }
    }

    /** One direction of a connection. */
    private static final class Flow {
        private int iss;
        private int scale;
        private int edge;
        private boolean edgeKnown;
        private int synWindow;
    }

    private Flow flow(InetSocketAddress source, int sourcePort, int destinationPort) {
        return flows.computeIfAbsent(source + " " + sourcePort + ">" + destinationPort, name -> new Flow());
    }

    private void checkText(ByteBuf text, long key, long offset) {
        for (int i = 0; text.isReadable(); i++) {
            if (text.readByte() != StreamEnd.byteAt(key, offset + i)) {
                throw new AssertionError("on the wire, byte " + i + " of " + segment + " is not the stream's");
            }
        }
    }
}
