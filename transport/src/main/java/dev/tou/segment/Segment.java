// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import io.netty.buffer.ByteBuf;

/**
 * One TCP segment in plain words: the fields of the header (RFC 9293 section 3.1), its options, and, when it was received,
 * its text.
 *
 * <p>Mutable and reused: the segment that travels through the pipeline is valid until the call that carries it returns.
 * It may stand for several segments of the wire that were {@linkplain #merge merged}, and so be larger than the maximum
 * segment size.
 */
public final class Segment {

    private final SegmentOptions options = new SegmentOptions();
    private final SegmentText text = new SegmentText();
    private int sourcePort;
    private int destinationPort;
    private int seq;
    private int ack;
    private int controlBits;
    private int window;
    private boolean synWindow;
    private int urgentPointer;
    private int wireSegments;
    private int largestTextBytes;

    /** Sets the whole header and forgets options; the text must be empty. */
    public Segment header(int sourcePort, int destinationPort, int seq, int ack, int controlBits, int window) {
        assert text.bytes() == 0;
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        this.seq = seq;
        this.ack = ack;
        this.controlBits = controlBits;
        this.window = window;
        synWindow = (controlBits & ControlBits.SYN) != 0;
        urgentPointer = 0;
        wireSegments = 1;
        largestTextBytes = 0;
        options.clear();
        return this;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** {@return SEG.SEQ, the sequence number of the first octet of the segment, SYN included} */
    public int seq() {
        return seq;
    }

    /** {@return SEG.ACK; meaningful with {@link ControlBits#ACK} only} */
    public int ack() {
        return ack;
    }

    /** {@return the control bits, a mask of {@link ControlBits}} */
    public int controlBits() {
        return controlBits;
    }

    /** {@return whether at least one of the given control bits is set} */
    public boolean is(int bits) {
        return (controlBits & bits) != 0;
    }

    /** {@return the window field as sent, 0 to 65535, not scaled} */
    public int window() {
        return window;
    }

    /**
     * {@return the window in bytes} "The window field in a segment where the SYN bit is set MUST NOT be scaled" (RFC 7323
     * section 2.2), also when the SYN has been taken off since.
     *
     * @param shift the scale of the sender's window fields
     */
    public int windowBytes(int shift) {
        return synWindow ? window : window << shift;
    }

    public int urgentPointer() {
        return urgentPointer;
    }

    public SegmentOptions options() {
        return options;
    }

    public SegmentText text() {
        return text;
    }

    /** {@return SEG.LEN: the sequence space that the segment occupies, SYN and FIN counting one each} */
    public int length() {
        return text.bytes() + (is(ControlBits.SYN) ? 1 : 0) + (is(ControlBits.FIN) ? 1 : 0);
    }

    /** {@return the sequence number just behind the segment} */
    public int end() {
        return seq + length();
    }

    /** {@return how many segments of the wire this one stands for, at least 1} */
    public int wireSegments() {
        return wireSegments;
    }

    /** {@return the text length of the largest of them, in bytes} */
    public int largestTextBytes() {
        return largestTextBytes;
    }

    public void window(int field) {
        window = field;
    }

    public void urgentPointer(int pointer) {
        urgentPointer = pointer;
    }

    /** Takes over the text of a received segment, with the caller's reference. */
    public void received(ByteBuf datagramText) {
        text.add(datagramText);
        largestTextBytes = text.bytes();
    }

    /** Takes the control bits away, after the stage that they concern has dealt with them. */
    public void clear(int bits) {
        controlBits &= ~bits;
    }

    /** Drops {@code n} octets of sequence space from the front: a SYN first, then text. */
    public void trimFront(int n) {
        seq += n;
        if (n > 0 && is(ControlBits.SYN)) {
            clear(ControlBits.SYN);
            n--;
        }
        text.trimFront(n);
    }

    /** Drops {@code n} octets of sequence space from the end: a FIN first, then text. */
    public void trimBack(int n) {
        if (n > 0 && is(ControlBits.FIN)) {
            clear(ControlBits.FIN);
            n--;
        }
        text.trimBack(n);
    }

    /**
     * Merges the next segment of the wire into this one, as a kernel's receive offload does: same flow, no gap, same
     * acknowledgment, window and timestamps, plain data; a PSH or FIN ends what can be merged.
     *
     * @return whether it was merged; then {@code next} has no text left
     */
    public boolean merge(Segment next) {
        boolean mergeable = next.seq == seq + text.bytes()
                && controlBits == ControlBits.ACK
                && (next.controlBits & ~(ControlBits.PSH | ControlBits.FIN)) == ControlBits.ACK
                && next.ack == ack
                && next.window == window
                && text.bytes() > 0
                && next.text.bytes() > 0
                && next.sourcePort == sourcePort
                && next.destinationPort == destinationPort
                && options.mergeableWith(next.options);
        if (mergeable) {
            controlBits = next.controlBits;
            text.append(next.text);
            wireSegments += next.wireSegments;
            largestTextBytes = Math.max(largestTextBytes, next.largestTextBytes);
        }
        return mergeable;
    }

    @Override
    public String toString() {
        return sourcePort + " > " + destinationPort + " [" + ControlBits.toString(controlBits) + "] seq "
                + SequenceNumber.toString(seq) + " ack " + SequenceNumber.toString(ack) + " win " + window + " len "
                + text.bytes() + ' ' + options;
    }
}
