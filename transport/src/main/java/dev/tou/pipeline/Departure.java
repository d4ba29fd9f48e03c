// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.InetSocketAddress;

import dev.tou.connection.Reporting;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SequenceNumber;
import dev.tou.window.Train;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * What travels up the pipeline: one segment without text, or a train of segments with text; its connection or its recipient.
 * Each stage adds what it knows: the retransmission stage books it, the state machine stamps acknowledgment, window and
 * timestamps, the codec writes headers.
 *
 * <p>One instance per UDP channel, reused: valid until the call that carries it returns.
 */
public final class Departure {

    /** What kind of segment it is, and so which stage cares. */
    public enum Kind {
        /** Text, or our FIN, for the first time. */
        NEW,
        /** Text, or our FIN, again. */
        RETRANSMISSION,
        /** An acknowledgment, a probe: no sequence space. */
        ACKNOWLEDGMENT,
        /** A SYN or a reset: complete as it is. */
        CONTROL
    }

    private final Reporting calls;
    private final Segment segment = new Segment();
    private final Train train = new Train();
    private TransmissionControlBlock connection;
    private InetSocketAddress recipient;
    private Kind kind;
    private boolean hasTrain;
    private int seq;
    private int lastBits;
    private int entry;
    private int partialAck;
    private boolean partial;

    /** @param calls of the event loop's applications */
    Departure(Reporting calls) {
        this.calls = calls;
    }

    /** Starts text of {@link #train()}, which is filled in. */
    Departure text(TransmissionControlBlock tcb, Kind kindOfText, int bitsOfLast) {
        start(tcb, null, kindOfText);
        hasTrain = true;
        seq = train.seq();
        lastBits = bitsOfLast;
        return this;
    }

    /** Starts a segment without text that the state machine will stamp. */
    Departure bare(TransmissionControlBlock tcb, Kind kindOfSegment, int seqOfSegment, int bits) {
        start(tcb, null, kindOfSegment);
        seq = seqOfSegment;
        lastBits = bits;
        return this;
    }

    /** Starts a segment that is complete: its header has been filled in. */
    Departure complete(TransmissionControlBlock tcb, InetSocketAddress to) {
        start(tcb, to, Kind.CONTROL);
        seq = segment.seq();
        lastBits = segment.controlBits();
        return this;
    }

    private void start(TransmissionControlBlock tcb, InetSocketAddress to, Kind kindOfSegment) {
        connection = tcb;
        recipient = to;
        kind = kindOfSegment;
        hasTrain = false;
        entry = 0;
        partial = false;
    }

    /**
     * Goes up the pipeline, from the stage of that context. A handler of the application may be on the way, and may close the very
     * connection that is being sent for; so what it asks for waits.
     */
    void leave(ChannelHandlerContext from, ChannelPromise promise) {
        calls.begin();
        try {
            from.write(this, promise);
        } finally {
            calls.end();
        }
    }

    /** {@return the header that all segments share, but for sequence number and the last one's control bits} */
    public Segment segment() {
        return segment;
    }

    /** {@return the text, meaningful with {@link #hasTrain}} */
    public Train train() {
        return train;
    }

    /** {@return whether there is text} */
    public boolean hasTrain() {
        return hasTrain;
    }

    /** {@return the connection, or null for an answer to a segment of none} */
    public TransmissionControlBlock connection() {
        return connection;
    }

    /** {@return where it goes, once the demultiplexer has seen it; null on a connected channel} */
    public InetSocketAddress recipient() {
        return recipient;
    }

    void recipient(InetSocketAddress to) {
        recipient = to;
    }

    /** {@return the kind} */
    public Kind kind() {
        return kind;
    }

    /** {@return the sequence number of the first segment} */
    public int seq() {
        return seq;
    }

    /** {@return control bits that only the last segment has, besides ACK} */
    public int lastBits() {
        return lastBits;
    }

    /** {@return whether the last segment carries our FIN} */
    public boolean hasFin() {
        return (lastBits & ControlBits.FIN) != 0;
    }

    /** {@return how many segments there are} */
    public int segments() {
        return hasTrain ? train.segments() : 1;
    }

    /** Lets it acknowledge less than has come: another one follows that acknowledges the rest. */
    void acknowledgesOnly(int ack) {
        partialAck = ack;
        partial = true;
    }

    /** {@return whether it acknowledges less than has come} */
    boolean isPartial() {
        return partial;
    }

    /** {@return what it then acknowledges} */
    int partialAck() {
        return partialAck;
    }

    /** {@return the entry of the retransmission queue that is sent again} */
    int entry() {
        return entry;
    }

    void entry(int number) {
        entry = number;
    }

    @Override
    public String toString() {
        return kind + " [" + ControlBits.toString(lastBits) + "] seq " + SequenceNumber.toString(seq) + " len "
                + (hasTrain ? train.totalTextBytes() : 0) + " in " + segments();
    }
}
