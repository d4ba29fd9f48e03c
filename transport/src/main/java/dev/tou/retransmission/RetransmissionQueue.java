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
 *
 * <p>What was overtaken is found from two ends (RFC 8985): {@link #firstOriginal}, because what was sent once left in the order of
 * the sequence, and {@link #firstResent}, the order of repetitions.
 */
public final class RetransmissionQueue extends SentSegments {

    private final TransmissionOrder resentOrder = new TransmissionOrder(INITIAL_ENTRIES);

    /** Before this one, nothing that was sent once is still thought to be on the path. */
    private int originals;

    private int outstandingBytes;
    private int sackedBytes;
    private int sackedSegments;
    private int lostBytes;
    private int lostHint;
    private int highestSacked;
    private boolean anySacked;
    private int probe;
    private ProbeFate probeFate = ProbeFate.NONE;
    private long losses;
    private LossObserver lossObserver;

    /** An empty queue. */
    public RetransmissionQueue() {
        this(0);
    }

    /** An empty queue that numbers its entries from {@code firstNumber}; for tests. */
    RetransmissionQueue(int firstNumber) {
        super(firstNumber);
        lostHint = firstNumber;
        originals = firstNumber;
    }

    /** Tells {@code observer} of every segment that is found to be lost from now on. */
    public void observeLosses(LossObserver observer) {
        lossObserver = observer;
    }

    /** {@return the sequence space outstanding, in bytes} */
    public int outstandingBytes() {
        return outstandingBytes;
    }

    /** {@return what of it the peer has reported by SACK} */
    public int sackedBytes() {
        return sackedBytes;
    }

    /** {@return how many segments that are} */
    public int sackedSegments() {
        return sackedSegments;
    }

    /** {@return what of it is known to be lost and has not been sent again} */
    public int lostBytes() {
        return lostBytes;
    }

    /** {@return how many segments are outstanding that were sent again, and are neither reported nor lost once more} */
    public int resentSegments() {
        return resentOrder.size();
    }

    /** {@return how often a segment was declared lost, ever} */
    public long losses() {
        return losses;
    }

    /** {@return what is thought to be on the path: neither reported, nor known to be lost} */
    public int pipeBytes() {
        return outstandingBytes - sackedBytes - lostBytes;
    }

    /** {@return the highest sequence number that was ever reported by SACK, meaningful if {@link #sackedBytes} is not 0} */
    public int highestSacked() {
        return highestSacked;
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
        if (fate != ProbeFate.UNKNOWN) {
            probeFate = ProbeFate.NONE;
        }
        return fate;
    }

    private boolean isProbe(int entry) {
        return probeFate == ProbeFate.UNKNOWN && entry == probe;
    }

    /** Appends a segment that was just handed over for the first time. {@return its running number} */
    public int append(int segSeq, int segLength, long nowNanos) {
        if (size() == capacity()) {
            enlarge();
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

    /** Makes as many entries of the oldest, with so much text, as it needs segments now; not while it is on the path again. */
    public void splitFirst(int textBytes, int segmentBytes) {
        if (textBytes <= segmentBytes || (flags[head & mask()] & (HELD | SACKED | LISTED)) != 0) {
            return;
        }
        int pieces = (textBytes - 1) / segmentBytes + 1;
        while (size() + pieces - 1 > capacity()) {
            enlarge();
        }
        originals = gt(originals, head) ? originals : head - pieces + 1;
        divideFirst(pieces, segmentBytes);
        lostHint = head;
    }

    private void enlarge() {
        grow();
        resentOrder.grow(capacity());
    }

    /** Notes that an entry was handed over again. */
    public void resent(int entry, long nowNanos) {
        int at = entry & mask();
        if ((flags[at] & LOST) != 0) {
            lostBytes -= length[at];
        }
        unlist(entry);
        flags[at] = (byte) (flags[at] & ~(LOST | CERTAIN) | HELD | LISTED);
        resentOrder.append(entry);
        if (isProbe(entry)) {
            probeFate = ProbeFate.LOST;
        }
        sentNanos[at] = nowNanos;
        transmissions[at] = (byte) Math.min(transmissions[at] + 1, Byte.MAX_VALUE);
    }

    private void unlist(int entry) {
        if (has(entry, LISTED)) {
            flags[entry & mask()] &= ~LISTED;
            resentOrder.remove(entry);
        }
    }

    /** The datagrams of {@code count} entries from {@code first} on have left, or could not: then they are lost. */
    public void left(int first, int count, boolean success, long nowNanos) {
        for (int entry = gt(first, head) ? first : head; lt(entry, first + count) && lt(entry, tail); entry++) {
            int at = entry & mask();
            flags[at] &= ~HELD;
            if (sentNanos[at] != nowNanos && (flags[at] & LISTED) != 0) {
                resentOrder.remove(entry); // others left while it waited
                resentOrder.append(entry);
            }
            sentNanos[at] = nowNanos;
            if (!success) {
                markLost(entry);
                if (isLost(entry)) {
                    flags[at] |= CERTAIN;
                }
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
            steps++;
            entry = isSacked(entry) ? unreported(entry) : entry + 1;
        }
        boolean found = lostBytes > 0 && lt(entry, tail);
        lostHint = found ? entry : tail;
        return found;
    }

    /** {@return the entry that {@link #seekLost} has found} */
    public int lostEntry() {
        return lostHint;
    }

    /** Declares an entry lost. {@return whether it was not known before, and is no path MTU probe} */
    public boolean markLost(int entry) {
        int at = entry & mask();
        if ((flags[at] & (SACKED | LOST)) != 0) {
            return false;
        }
        unlist(entry);
        flags[at] |= LOST;
        lostBytes += length[at];
        if (isProbe(entry)) {
            probeFate = ProbeFate.LOST;
            flags[at] |= CERTAIN;
            lostHint = lt(entry, lostHint) ? entry : lostHint;
            return false;
        }
        losses++;
        if (lossObserver != null) {
            lossObserver.lost(seq[at], length[at]);
        }
        if (lt(entry, lostHint)) {
            lostHint = entry;
        }
        return true;
    }

    /** After a timeout everything that the peer has not reported counts as lost, where nothing better is known. */
    public void markAllLost() {
        forgetTakenBackReports();
        for (int entry = head; entry != tail; entry++) {
            if (!isHeld(entry)) {
                markLost(entry);
            }
        }
    }

    /**
     * If the peer dropped what it had reported (the oldest entry is marked, yet not acknowledged), all its reports are
     * forgotten (RFC 2018 section 8). Looks at the whole queue then: for timeouts only.
     */
    void forgetTakenBackReports() {
        if (isEmpty() || !isSacked(head)) {
            return;
        }
        for (int entry = head; entry != tail; entry++) {
            if (isSacked(entry)) {
                flags[entry & mask()] &= ~SACKED;
                listIfResent(entry);
            }
        }
        resentOrder.sort(this);
        sackedBytes = 0;
        sackedSegments = 0;
        anySacked = false;
        originals = head;
    }

    /**
     * Takes every loss back that was not repaired yet: it was none. What never left, and a path MTU probe, stay lost. Looks at
     * the whole queue.
     */
    void unmarkLost() {
        for (int entry = head; lostBytes > 0 && entry != tail; entry++) {
            int at = entry & mask();
            if ((flags[at] & (LOST | CERTAIN)) != LOST) {
                continue;
            }
            flags[at] &= ~LOST;
            lostBytes -= length[at];
            listIfResent(entry);
        }
        resentOrder.sort(this);
        originals = head;
    }

    // It is thought to be on the path again; the order must be restored.
    private void listIfResent(int entry) {
        if (isRetransmitted(entry)) {
            flags[entry & mask()] |= LISTED;
            resentOrder.append(entry);
        }
    }

    /** {@return the oldest entry that was sent once and is neither reported nor lost, or {@link #end} if there is none} */
    int firstOriginal() {
        int entry = gt(originals, head) ? originals : head;
        while (lt(entry, tail)) {
            if (isSacked(entry)) {
                entry = unreported(entry);
            } else if (has(entry, LOST) || isRetransmitted(entry)) {
                steps++;
                entry++;
            } else {
                break;
            }
        }
        originals = entry;
        return entry;
    }

    /** {@return of those sent again, not reported and not lost, the one that left first, or {@link #end} if there is none} */
    int firstResent() {
        return resentOrder.isEmpty() ? tail : resentOrder.oldest();
    }

    /** Takes over everything that {@code ack} acknowledges. */
    public void acknowledge(int ack, long nowNanos, Acknowledged result) {
        while (head != tail && leq(seq(head) + length(head), ack)) {
            int at = head & mask();
            drop(at, length[at]);
            result.take(length[at]);
            if (transmissions[at] > 1) {
                result.ambiguous();
            } else if ((flags[at] & (HELD | SACKED)) == 0) {
                result.sample(nowNanos - sentNanos[at]);
            }
            if ((flags[at] & SACKED) == 0) {
                unlist(head);
                tell(head, result, false);
            } else {
                sackedSegments--;
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

    /** {@return whether the ring is larger than a usual flight needs} */
    public boolean holdsMuch() {
        return capacity() > RETAINED_ENTRIES;
    }

    /** Gives a large ring back, if nothing is outstanding. Growing costs, so not before it has been so for a while. */
    public void giveBack() {
        if (isEmpty() && shrink()) {
            resentOrder.shrink(capacity());
        }
    }

    // An entry is known to have arrived.
    private void tell(int entry, Acknowledged result, boolean reported) {
        int at = entry & mask();
        if (probeFate == ProbeFate.UNKNOWN && entry == probe) {
            probeFate = ProbeFate.ARRIVED;
        }
        boolean held = (flags[at] & HELD) != 0;
        result.delivered(entry, seq[at] + length[at], sentNanos[at], transmissions[at] > 1, held, reported);
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
     * @param result learns what was newly reported; its cumulative figures stay
     * @return the bytes that were not reported before
     */
    public int sack(int left, int right, Acknowledged result) {
        if (isEmpty() || !lt(left, right) || lt(left, seq(head)) || gt(right, seq(tail - 1) + length(tail - 1))) {
            return 0;
        }
        int bytes = 0;
        int entry = unreported(firstAtOrAfter(left));
        while (lt(entry, tail) && leq(seq(entry) + length(entry), right)) {
            bytes += report(entry, result);
            entry = unreported(entry + 1);
        }
        sackedBytes += bytes;
        return bytes;
    }

    private int report(int entry, Acknowledged result) {
        int at = entry & mask();
        unlist(entry);
        tell(entry, result, true);
        sackedSegments++;
        if ((flags[at] & LOST) != 0) {
            lostBytes -= length[at];
        }
        flags[at] = (byte) (flags[at] & ~(LOST | CERTAIN) | SACKED);
        skip[at] = entry + 1;
        int end = seq[at] + length[at];
        if (!anySacked || gt(end, highestSacked)) {
            highestSacked = end;
            anySacked = true;
        }
        return length[at];
    }

    /** Forgets everything. */
    public void clear() {
        head = tail;
        outstandingBytes = 0;
        sackedBytes = 0;
        sackedSegments = 0;
        lostBytes = 0;
        anySacked = false;
        probeFate = ProbeFate.NONE;
        resentOrder.clear();
        giveBack();
    }
}
