// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentText;
import dev.tou.state.TcpEvent;
import dev.tou.telemetry.DropReason;
import dev.tou.window.ReceiveRounds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What the window stage does with text (RFC 9293 section 3.10.7.4, seventh and eighth): puts it in order, and reaches the FIN. */
final class TextArrives {

    private final Shard shard;
    private final StateMachineHandler stateMachine;

    TextArrives(Shard shard, StateMachineHandler stateMachine) {
        this.shard = shard;
        this.stateMachine = stateMachine;
    }

    /** Takes the text and the FIN of an acceptable segment, trimmed to the window. Its pieces may stay with the segment. */
    void arrive(TransmissionControlBlock tcb, Segment seg, long now, ByteBufAllocator allocator) {
        if (!tcb.state().receives()
                || tcb.rcv.isBehindFin(seg.seq() + seg.text().bytes())) {
            // After the peer's FIN nothing can follow: "This should not occur ... Ignore the segment text."
            shard.drops().count(DropReason.TEXT_AFTER_CLOSE);
            tcb.acknowledgments.onUrgent();
            return;
        }
        if (tcb.isOrphan() && seg.text().bytes() > 0) {
            // Nobody will ever read it, and the peer should know (RFC 9293 section 3.6.1, before and in MUST-13).
            shard.drops().count(DropReason.TEXT_AFTER_CLOSE);
            stateMachine.abort(tcb);
            return;
        }
        if (seg.is(ControlBits.FIN)) {
            tcb.rcv.finAt(seg.seq() + seg.text().bytes());
        }
        tcb.receiving.onArrival(seg.text().bytes(), seg.largestTextBytes());
        if (seg.seq() == tcb.rcv.nxt()) {
            inOrder(tcb, seg, now);
        } else {
            outOfOrder(tcb, seg, allocator);
        }
        if (tcb.rcv.reachFin()) {
            tcb.acknowledgments.onUrgent();
            tcb.transition(TcpEvent.FIN_RECEIVED);
        }
    }

    private void inOrder(TransmissionControlBlock tcb, Segment seg, long now) {
        SegmentText text = seg.text();
        int bytes = text.bytes();
        if (bytes > 0 && tcb.holdings.refuseText(tcb.stream().wantsText())) {
            refuse(seg);
            tcb.acknowledgments.onUrgent();
            return;
        }
        if (tcb.reassembly.isEmpty()) {
            for (int i = 0; i < text.pieces(); i++) {
                tcb.receiveBuffer.append(text.take(i));
            }
            tcb.rcv.advance(bytes);
        } else {
            // The segment may fill a gap, so its sender waits to hear (RFC 5681 section 4.2).
            tcb.acknowledgments.onUrgent();
            int from = tcb.rcv.nxt();
            fillGap(tcb, seg.seq(), text);
            bytes = tcb.rcv.nxt() - from;
        }
        text.forget();
        tcb.counters.bytesReceived += bytes;
        if (bytes > 0) {
            observeRound(tcb, seg, now);
            tcb.patience.keepAlive.heardText();
            tcb.acknowledgments.onText(seg.wireSegments(), seg.is(ControlBits.PSH));
        }
    }

    private static void observeRound(TransmissionControlBlock tcb, Segment seg, long now) {
        ReceiveRounds rounds = tcb.receiving.rounds();
        int full = tcb.receiving.peerSegmentBytes();
        if (tcb.negotiated.timestamps() && 2 * seg.largestTextBytes() >= full) {
            // A small one may have waited for an application.
            rounds.onEcho(seg.options().timestampEcho(), tcb.timestamps.value(now));
        }
        tcb.receiving.onText(now);
        if (tcb.negotiated.ownPeer()) {
            tcb.acknowledgments.onRound(rounds.rttNanos(), rounds.arrivedBytes(), full);
        }
    }

    // What a piece joins with may reach into the pieces behind it; the bytes that were held first stay.
    private static void fillGap(TransmissionControlBlock tcb, int seq, SegmentText text) {
        int pieceSeq = seq;
        for (int i = 0; i < text.pieces(); i++) {
            ByteBuf piece = text.take(i);
            int pieceEnd = pieceSeq + piece.readableBytes();
            int before = Math.min(tcb.rcv.nxt() - pieceSeq, piece.readableBytes());
            tcb.observeDuplicate(pieceSeq, pieceSeq + before);
            piece.skipBytes(before);
            tcb.rcv.advance(tcb.reassembly.deliver(tcb.rcv.nxt(), piece, tcb.receiveBuffer));
            observeOverlap(tcb);
            pieceSeq = pieceEnd;
        }
    }

    private void outOfOrder(TransmissionControlBlock tcb, Segment seg, ByteBufAllocator allocator) {
        SegmentText text = seg.text();
        tcb.counters.outOfOrder += seg.wireSegments();
        tcb.acknowledgments.onOutOfOrder(seg.wireSegments(), tcb.negotiated.sack());
        if (tcb.holdings.refuseOutOfOrder()) {
            refuse(seg);
            return;
        }
        int seq = seg.seq();
        long refused = tcb.reassembly.refusals();
        for (int i = 0; i < text.pieces(); i++) {
            tcb.reassembly.insert(seq, text.piece(i), allocator);
            observeOverlap(tcb);
            seq += text.piece(i).readableBytes();
        }
        for (long i = tcb.reassembly.refusals(); i > refused; i--) {
            shard.drops().count(DropReason.NO_MEMORY);
        }
    }

    private void refuse(Segment seg) {
        for (int i = seg.wireSegments(); i > 0; i--) {
            shard.drops().count(DropReason.MEMORY_EXHAUSTED);
        }
    }

    private static void observeOverlap(TransmissionControlBlock tcb) {
        int seq = tcb.reassembly.overlapSeq();
        tcb.observeDuplicate(seq, seq + tcb.reassembly.overlapBytes());
    }
}
