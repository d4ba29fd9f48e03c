// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * What was sent and is not acknowledged, segment by segment: where it lies in the sequence, when it left, how often, and
 * whether the peer has it (RFC 9293 section 3.8.1, RFC 2018 section 5).
 *
 * <p>A ring of primitive arrays in sequence order: appended at the first transmission, dropped by the cumulative
 * acknowledgment, no object and no allocation per segment. The bytes themselves are in the send buffer, found by sequence
 * number. Entries are named by a running number, so a datagram that leaves late can still be matched to them.
 *
 * <p>A segment that was handed to the UDP channel is <em>held</em> until the datagram has left; a held one is never sent
 * again, and its clock starts when it leaves.
 */
public final class RetransmissionQueue {

    private static final int HELD = 1;
    private static final int SACKED = 2;
    private static final int LOST = 4;
    private static final int INITIAL_ENTRIES = 16;

    private int[] seq = new int[INITIAL_ENTRIES];
    private int[] length = new int[INITIAL_ENTRIES];
    private long[] sentNanos = new long[INITIAL_ENTRIES];
    private byte[] flags = new byte[INITIAL_ENTRIES];
    private byte[] transmissions = new byte[INITIAL_ENTRIES];

    /** For a reported entry, a later one before which all are reported. */
    private int[] skip = new int[INITIAL_ENTRIES];

    private int head;
    private int tail;

    private int outstandingBytes;
    private int sackedBytes;
    private int lostBytes;
    private int lostHint;
    private int probe;
    private ProbeFate probeFate = ProbeFate.NONE;
    private int highestSacked;
    private boolean anySacked;

    private long steps;
    private LossObserver lossObserver;

    /** An empty queue. */
    public RetransmissionQueue() {
        this(0);
    }

    /** An empty queue that numbers its entries from {@code firstNumber}; for tests. */
    RetransmissionQueue(int firstNumber) {
        head = firstNumber;
        tail = firstNumber;
        lostHint = firstNumber;
    }

    /** Tells {@code observer} of every segment that is found to be lost from now on. */
    public void observeLosses(LossObserver observer) {
        lossObserver = observer;
    }

    /** {@return whether nothing is outstanding} */
    public boolean isEmpty() {
        return head == tail;
    }

    /** {@return how many segments are outstanding} */
    public int size() {
        return tail - head;
    }

    /** {@return the sequence space outstanding, in bytes} */
    public int outstandingBytes() {
        return outstandingBytes;
    }

    /** {@return what of it the peer has reported by SACK} */
    public int sackedBytes() {
        return sackedBytes;
    }

    /** {@return what of it is known to be lost and has not been sent again} */
    public int lostBytes() {
        return lostBytes;
    }

    /** {@return what is thought to be on the path: neither reported, nor known to be lost} */
    public int pipeBytes() {
        return outstandingBytes - sackedBytes - lostBytes;
    }

    /** {@return the running number of the oldest entry} */
    public int first() {
        return head;
    }

    /** {@return the running number behind the newest entry} */
    public int end() {
        return tail;
    }

    /** {@return the sequence number of an entry} */
    public int seq(int entry) {
        return seq[entry & mask()];
    }

    /** {@return the sequence space of an entry, FIN included} */
    public int length(int entry) {
        return length[entry & mask()];
    }

    /** {@return when the entry left last, or was handed over if it is still held} */
    public long sentNanos(int entry) {
        return sentNanos[entry & mask()];
    }

    /** {@return whether the entry's datagram has not left yet} */
    public boolean isHeld(int entry) {
        return has(entry, HELD);
    }

    /** {@return whether the peer has reported the entry by SACK} */
    public boolean isSacked(int entry) {
        return has(entry, SACKED);
    }

    /** {@return whether the entry is known to be lost and has not been sent again} */
    public boolean isLost(int entry) {
        return has(entry, LOST);
    }

    /** {@return whether the entry was sent more than once} */
    public boolean isRetransmitted(int entry) {
        return transmissions[entry & mask()] > 1;
    }

    /** {@return the highest sequence number that was ever reported by SACK, meaningful if {@link #sackedBytes} is not 0} */
    public int highestSacked() {
        return highestSacked;
    }

    private boolean has(int entry, int flag) {
        return (flags[entry & mask()] & flag) != 0;
    }

    /** What is known of the path MTU probe. */
    public enum ProbeFate {
        /** There is none, or what became of it has been asked. */
        NONE,
        /** It is on its way. */
        UNKNOWN,
        /** The peer has it. */
        ARRIVED,
        /** It was declared lost, or what acknowledges it may be its pieces. */
        LOST
    }

    /**
     * The entry that comes next is a path MTU probe. Its loss says that it was too large, and nothing of congestion: to the loss
     * detector it is none, only to {@link #takeProbeFate}; it will be sent again.
     */
    public void probeFollows() {
        probe = tail;
        probeFate = ProbeFate.UNKNOWN;
    }

    /** {@return what has become of the probe, once} */
    public ProbeFate takeProbeFate() {
        ProbeFate fate = probeFate;
        if (fate == ProbeFate.ARRIVED || fate == ProbeFate.LOST) {
            probeFate = ProbeFate.NONE;
        }
        return fate;
    }

    private boolean isProbe(int entry) {
        return probeFate == ProbeFate.UNKNOWN && entry == probe;
    }

    /** Appends a segment that was just handed over for the first time. {@return its running number} */
    public int append(int segSeq, int segLength, long nowNanos) {
        if (tail - head == seq.length) {
            grow();
        }
        int at = tail & mask();
        seq[at] = segSeq;
        length[at] = segLength;
        sentNanos[at] = nowNanos;
        flags[at] = HELD;
        transmissions[at] = 1;
        outstandingBytes += segLength;
        return tail++;
    }

    /** Notes that an entry was handed over again. */
    public void resent(int entry, long nowNanos) {
        int at = entry & mask();
        if ((flags[at] & LOST) != 0) {
            lostBytes -= length[at];
        }
        flags[at] = (byte) (flags[at] & ~LOST | HELD);
        sentNanos[at] = nowNanos;
        if (isProbe(entry)) {
            probeFate = ProbeFate.LOST;
        }
        transmissions[at] = (byte) Math.min(transmissions[at] + 1, Byte.MAX_VALUE);
    }

    /** The datagrams of {@code count} entries from {@code first} on have left, or could not: then they are lost. */
    public void left(int first, int count, boolean success, long nowNanos) {
        for (int entry = gt(first, head) ? first : head; lt(entry, first + count) && lt(entry, tail); entry++) {
            int at = entry & mask();
            flags[at] &= ~HELD;
            sentNanos[at] = nowNanos;
            if (!success) {
                markLost(entry);
            }
            if ((flags[at] & LOST) != 0 && lt(entry, lostHint)) {
                lostHint = entry; // known to be lost before, but not to be sent again until now
            }
        }
    }

    /** {@return whether something may be sent again now: lost, not reported, not held; {@link #lostEntry} is the oldest} */
    public boolean seekLost() {
        int entry = gt(lostHint, head) ? lostHint : head;
        while (lostBytes > 0 && lt(entry, tail) && (flags[entry & mask()] & (LOST | HELD)) != LOST) {
            entry++;
        }
        boolean found = lostBytes > 0 && lt(entry, tail);
        lostHint = found ? entry : tail;
        return found;
    }

    /** {@return the entry that {@link #seekLost} has found} */
    public int lostEntry() {
        return lostHint;
    }

    /** Declares an entry lost. {@return whether it was not known before} */
    public boolean markLost(int entry) {
        int at = entry & mask();
        if ((flags[at] & (SACKED | LOST)) != 0) {
            return false;
        }
        flags[at] |= LOST;
        lostBytes += length[at];
        if (lossObserver != null) {
            lossObserver.lost(seq[at], length[at]);
        }
        if (lt(entry, lostHint)) {
            lostHint = entry;
        }
        if (isProbe(entry)) {
            probeFate = ProbeFate.LOST;
            return false;
        }
        return true;
    }

    /**
     * After a timeout everything that the peer has not reported counts as lost. If it dropped what it had reported (the
     * oldest entry is marked, yet not acknowledged), its reports are forgotten (RFC 2018 section 8).
     */
    public void markAllLost() {
        boolean reneged = !isEmpty() && isSacked(head);
        for (int entry = head; entry != tail; entry++) {
            if (reneged && isSacked(entry)) {
                flags[entry & mask()] &= ~SACKED;
                sackedBytes -= length(entry);
            }
            if (!isHeld(entry)) {
                markLost(entry);
            }
        }
        if (reneged) {
            anySacked = false;
        }
    }

    /** Takes over everything that {@code ack} acknowledges. */
    public void acknowledge(int ack, long nowNanos, Acknowledged result) {
        while (head != tail && leq(seq(head) + length(head), ack)) {
            int at = head & mask();
            drop(at, length[at]);
            result.take(length[at]);
            if (isProbe(head)) {
                probeFate = ProbeFate.ARRIVED;
            }
            if (transmissions[at] > 1) {
                result.ambiguous();
            } else if ((flags[at] & (HELD | SACKED)) == 0) {
                result.sample(nowNanos - sentNanos[at]);
            }
            head++;
        }
        if (head != tail && lt(seq(head), ack)) {
            int at = head & mask();
            int part = ack - seq[at];
            drop(at, part);
            seq[at] += part;
            length[at] -= part;
            result.take(part);
            if (transmissions[at] > 1) {
                result.ambiguous();
            }
        }
        if (isEmpty()) {
            anySacked = false;
        }
    }

    private void drop(int at, int bytes) {
        outstandingBytes -= bytes;
        if ((flags[at] & SACKED) != 0) {
            sackedBytes -= bytes;
        }
        if ((flags[at] & LOST) != 0) {
            lostBytes -= bytes;
        }
    }

    /**
     * Marks what a SACK block reports. Costs the entries that are newly covered, not those of the window: whole runs of
     * reported entries are skipped, whoever reported them and however often.
     *
     * @return the bytes that were not reported before
     */
    public int sack(int left, int right) {
        if (isEmpty() || !lt(left, right) || lt(left, seq(head)) || gt(right, seq(tail - 1) + length(tail - 1))) {
            return 0;
        }
        int bytes = 0;
        int entry = unreported(firstAtOrAfter(left));
        while (lt(entry, tail) && leq(seq(entry) + length(entry), right)) {
            bytes += report(entry);
            entry = unreported(entry + 1);
        }
        sackedBytes += bytes;
        return bytes;
    }

    private int report(int entry) {
        int at = entry & mask();
        if (isProbe(entry)) {
            probeFate = ProbeFate.ARRIVED;
        }
        if ((flags[at] & LOST) != 0) {
            lostBytes -= length[at];
        }
        flags[at] = (byte) (flags[at] & ~LOST | SACKED);
        skip[at] = entry + 1;
        int end = seq[at] + length[at];
        if (!anySacked || gt(end, highestSacked)) {
            highestSacked = end;
            anySacked = true;
        }
        return length[at];
    }

    // The first entry from this one on that is not reported. Shortens the way for those who come after.
    private int unreported(int entry) {
        int found = entry;
        while (lt(found, tail) && isSacked(found)) {
            steps++;
            found = skip[found & mask()];
        }
        for (int at = entry; lt(at, found); ) {
            int next = skip[at & mask()];
            skip[at & mask()] = found;
            at = next;
        }
        return found;
    }

    int firstAtOrAfter(int from) {
        int low = head;
        int high = tail;
        while (low != high) {
            steps++;
            int middle = low + (high - low >>> 1);
            if (lt(seq(middle), from)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Forgets everything. */
    public void clear() {
        head = tail;
        outstandingBytes = 0;
        sackedBytes = 0;
        lostBytes = 0;
        anySacked = false;
        probeFate = ProbeFate.NONE;
    }

    /** {@return how many entries SACK blocks have made this queue look at; for tests} */
    long steps() {
        return steps;
    }

    private int mask() {
        return seq.length - 1;
    }

    // The running number decides the place in the ring, so growing moves entries only to where a longer ring has them.
    private void grow() {
        int old = seq.length;
        int[] grownSeq = new int[2 * old];
        int[] grownLength = new int[2 * old];
        long[] grownSent = new long[2 * old];
        byte[] grownFlags = new byte[2 * old];
        byte[] grownTransmissions = new byte[2 * old];
        int[] grownSkip = new int[2 * old];
        for (int entry = head; entry != tail; entry++) {
            int from = entry & old - 1;
            int to = entry & 2 * old - 1;
            grownSeq[to] = seq[from];
            grownLength[to] = length[from];
            grownSent[to] = sentNanos[from];
            grownFlags[to] = flags[from];
            grownTransmissions[to] = transmissions[from];
            grownSkip[to] = skip[from];
        }
        seq = grownSeq;
        length = grownLength;
        sentNanos = grownSent;
        flags = grownFlags;
        transmissions = grownTransmissions;
        skip = grownSkip;
    }
}
