// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.tou.simulation.Datagram;
import dev.tou.simulation.DatagramListener;
import dev.tou.simulation.Fate;
import dev.tou.simulation.SimHost;

/**
 * The account of one connection, kept from the datagrams alone: what each end sent, sent again, and lost. It reads headers by
 * itself, so an engine that miscounts is found out.
 */
public final class WireLedger implements DatagramListener {

    private static final int SYN = 2;
    private static final int SACK = 5;

    private final SimHost client;
    private final Direction up = new Direction();
    private final Direction down = new Direction();
    private final List<Sighting> sightings = new ArrayList<>();
    private final Map<Long, Sighting> byNumber = new HashMap<>();
    private boolean keeps;
    private Sighting latest;

    WireLedger(SimHost client) {
        this.client = client;
    }

    /** From now on keeps every segment, not only the sums. */
    WireLedger keepSegments() {
        keeps = true;
        return this;
    }

    /** {@return what the client sends} */
    Direction up() {
        return up;
    }

    /** {@return what the server sends} */
    Direction down() {
        return down;
    }

    /** {@return the segments kept, in the order in which they were sent} */
    List<Sighting> segments() {
        return sightings;
    }

    Stream<Sighting> segments(Predicate<Sighting> which) {
        return sightings.stream().filter(which);
    }

    /** {@return the segment that is just being sent, for a rule that decides about it} */
    Sighting latest() {
        return latest;
    }

    static boolean isLoss(Fate fate) {
        return switch (fate) {
            case LOST, CORRUPTED, QUEUE_FULL, TOO_BIG, PARTITIONED, DROPPED_BY_RULE, RECEIVE_BUFFER_FULL -> true;
            default -> false;
        };
    }

    @Override
    public void onDatagram(long nowNanos, Datagram datagram, Fate fate) {
        boolean fromClient = client.addresses().get(0).equals(datagram.source().getAddress());
        Direction direction = fromClient ? up : down;
        int headerBytes = (datagram.unsignedByte(12) >>> 4) * 4;
        int text = datagram.length() - headerBytes;
        if (fate == Fate.SENT) {
            sent(nowNanos, datagram, fromClient, headerBytes, text);
        } else {
            direction.became(fate, text);
            if (keeps && byNumber.containsKey(datagram.number())) {
                byNumber.get(datagram.number()).fates().add(fate);
            }
        }
    }

    private void sent(long nowNanos, Datagram datagram, boolean fromClient, int headerBytes, int text) {
        Direction direction = fromClient ? up : down;
        Direction reverse = fromClient ? down : up;
        int bits = datagram.unsignedByte(13);
        int seq = int32(datagram, 4);
        if ((bits & SYN) != 0) {
            direction.first = seq + 1;
        }
        long offset = Integer.toUnsignedLong(seq - direction.first);
        boolean again = text > 0 && offset < direction.highest;
        direction.sent(offset, text, again);
        if (keeps) {
            latest = new Sighting(
                    datagram.number(),
                    nowNanos,
                    fromClient,
                    bits & 0x17,
                    offset,
                    text,
                    Integer.toUnsignedLong(int32(datagram, 8) - reverse.first),
                    sackBlocks(datagram, headerBytes),
                    again,
                    new ArrayList<>(1));
            sightings.add(latest);
            byNumber.put(latest.number(), latest);
        }
    }

    private static int sackBlocks(Datagram datagram, int headerBytes) {
        for (int at = 20; at < headerBytes; ) {
            int kind = datagram.unsignedByte(at);
            if (kind == SACK) {
                return (datagram.unsignedByte(at + 1) - 2) / 8;
            }
            at += kind <= 1 ? 1 : datagram.unsignedByte(at + 1);
            if (kind == 0) {
                break;
            }
        }
        return 0;
    }

    private static int int32(Datagram datagram, int at) {
        return datagram.unsignedByte(at) << 24
                | datagram.unsignedByte(at + 1) << 16
                | datagram.unsignedByte(at + 2) << 8
                | datagram.unsignedByte(at + 3);
    }

    /** What one end has sent. All but the counts of segments is in bytes of text. */
    static final class Direction {
        private int first;
        private long highest;
        private long segments;
        private long textSegments;
        private long textBytes;
        private long retransmittedSegments;
        private long retransmittedBytes;
        private long lostSegments;
        private long lostBytes;
        private long deliveredBytes;

        private void sent(long offset, int text, boolean again) {
            segments++;
            if (text == 0) {
                return; // the sequence number of a SYN is none of the stream's
            }
            textSegments++;
            textBytes += text;
            if (again) {
                retransmittedSegments++;
                retransmittedBytes += Math.min(text, highest - offset);
            }
            highest = Math.max(highest, offset + text);
        }

        private void became(Fate fate, int text) {
            if (text > 0 && isLoss(fate)) {
                lostSegments++;
                lostBytes += text;
            } else if (fate == Fate.DELIVERED) {
                deliveredBytes += text;
            }
        }

        /** {@return how far the stream has got on the wire} */
        long streamBytes() {
            return highest;
        }

        long segments() {
            return segments;
        }

        long textSegments() {
            return textSegments;
        }

        long textBytes() {
            return textBytes;
        }

        long retransmittedSegments() {
            return retransmittedSegments;
        }

        long retransmittedBytes() {
            return retransmittedBytes;
        }

        long lostSegments() {
            return lostSegments;
        }

        long lostBytes() {
            return lostBytes;
        }

        /** {@return what arrived more than once, when all has arrived: what was sent again for nothing} */
        long spuriousBytes() {
            return deliveredBytes - highest;
        }
    }
}
