// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentDecoder;
import dev.tou.segment.SegmentOptions;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.DatagramListener;
import dev.tou.simulation.Fate;
import dev.tou.telemetry.ConnectionId;
import io.netty.buffer.ByteBuf;

/** Sorts the datagrams of a network into the directions of its connections. Malformed ones are nobody's. */
final class Wire implements DatagramListener {

    private static final int MOST_SEGMENTS = 500_000;

    private final Map<ConnectionId, Flow> flows = new LinkedHashMap<>();
    private final Map<Long, Flow.Sent> underWay = new HashMap<>();
    private final Segment segment = new Segment();
    private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();
    private int segments;

    /** {@return the direction that carried most text, or null if none carried any} */
    Flow busiest() {
        return flows.values().stream()
                .filter(flow -> flow.textBytes() > 0)
                .max(Comparator.comparingLong(Flow::textBytes))
                .orElse(null);
    }

    @Override
    public void onDatagram(long nowNanos, Datagram datagram, Fate fate) {
        if (fate == Fate.DUPLICATED || segments > MOST_SEGMENTS) {
            return;
        }
        if (fate != Fate.SENT && fate != Fate.DELIVERED) {
            Flow.Sent lost = underWay.remove(datagram.number());
            if (lost != null) {
                lost.lost = true;
            }
            return;
        }
        ByteBuf payload = datagram.payload();
        int textAt = SegmentDecoder.decode(payload, segment, rejection);
        if (textAt >= 0) {
            Flow flow =
                    flow(datagram.source(), segment.sourcePort(), datagram.destination(), segment.destinationPort());
            Flow reverse =
                    flow(datagram.destination(), segment.destinationPort(), datagram.source(), segment.sourcePort());
            if (fate == Fate.SENT) {
                sent(nowNanos, datagram.number(), flow, payload.readableBytes() - textAt);
            } else {
                underWay.remove(datagram.number());
                delivered(nowNanos, flow, reverse);
            }
        }
    }

    private Flow flow(InetSocketAddress source, int sourcePort, InetSocketAddress destination, int destinationPort) {
        return flows.computeIfAbsent(
                new ConnectionId(
                        new InetSocketAddress(source.getAddress(), sourcePort),
                        new InetSocketAddress(destination.getAddress(), destinationPort)),
                Flow::new);
    }

    private void sent(long nowNanos, long number, Flow flow, int text) {
        if (segment.is(ControlBits.SYN)) {
            boolean scales = segment.options().has(SegmentOptions.WINDOW_SCALE);
            flow.syn(segment.seq(), scales ? segment.options().windowScale() : -1);
            return;
        }
        int length = text + (segment.is(ControlBits.FIN) ? 1 : 0);
        if (length > 0) {
            segments++;
            underWay.put(number, flow.send(nowNanos, segment.seq(), length, text));
        }
    }

    // What reaches the other end acknowledges what that end has sent.
    private void delivered(long nowNanos, Flow flow, Flow reverse) {
        if (!segment.is(ControlBits.ACK) || segment.is(ControlBits.RST)) {
            return;
        }
        boolean scaled = !segment.is(ControlBits.SYN) && flow.scale() >= 0 && reverse.scale() >= 0;
        boolean sacks = segment.options().has(SegmentOptions.SACK);
        int[] blocks = new int[sacks ? 2 * segment.options().sackBlocks() : 0];
        for (int i = 0; i < blocks.length; i += 2) {
            blocks[i] = segment.options().sackLeft(i / 2);
            blocks[i + 1] = segment.options().sackRight(i / 2);
        }
        reverse.acknowledge(nowNanos, segment.ack(), segment.window() << (scaled ? flow.scale() : 0), blocks);
    }
}
