// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Admission;
import dev.tou.endpoint.Listener;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.SynCookies;
import dev.tou.endpoint.UdpEndpoint;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentEncoder;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpEvent;
import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelHandlerContext;

/**
 * What the second stage does with segments of no connection: a SYN for a listener makes one, or is answered
 * with a cookie, and the acknowledgment of a cookie makes one; all else draws a reset (RFC 9293 sections 3.10.7.1 and 3.10.7.2),
 * or nothing, if that is wanted.
 */
final class PassiveOpening {

    private final Shard shard;
    private final Departure departure;
    private final Answers answers;
    private final CookieHandshake cookies;

    /** @param sender the address of the arrival that each call is about */
    PassiveOpening(Shard shard, Departure departure, Answers answers, AddressWords sender) {
        this.shard = shard;
        this.departure = departure;
        this.answers = answers;
        cookies = new CookieHandshake(shard, departure, answers, sender);
    }

    /** {@return the connection that the segment makes, or null if it makes none; then it has been dealt with} */
    TransmissionControlBlock segmentArrives(ChannelHandlerContext ctx, Arrival arrival) {
        Segment seg = arrival.segment();
        Listener listener = shard.listener(seg.destinationPort());
        if (seg.is(ControlBits.RST)) {
            return drop(DropReason.RESET_WITHOUT_CONNECTION);
        }
        if (listener == null) {
            return closedPort(ctx, arrival);
        }
        if (!listener.admitsSource(arrival.sender())) {
            return drop(DropReason.SOURCE_NOT_ADMITTED);
        }
        // RFC 9293 section 3.10.7.2: LISTEN.
        if (seg.is(ControlBits.ACK)) {
            return acknowledgment(ctx, arrival, listener);
        }
        if (!seg.is(ControlBits.SYN)) {
            return drop(DropReason.NO_CONNECTION);
        }
        if (memoryIsExhausted()) {
            return drop(DropReason.SYN_WITHOUT_MEMORY);
        }
        if (!listener.canComplete()) {
            return overflow(ctx, arrival, listener);
        }
        if (listener.wantsCookie()) {
            cookies.answer(ctx, arrival, listener);
            return null;
        }
        if (!listener.admitsSyn()) {
            return drop(DropReason.SYN_QUEUE_FULL);
        }
        return halfOpen(arrival, listener);
    }

    // RFC 9293 section 3.10.7.2, second: "Any acknowledgment is bad if it arrives on a connection still in LISTEN",
    // unless it brings back a cookie.
    private TransmissionControlBlock acknowledgment(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        SynCookies.Verdict verdict = cookies.check(arrival, listener);
        if (verdict == SynCookies.Verdict.BAD) {
            return reset(ctx, arrival);
        }
        if (verdict == SynCookies.Verdict.EARLY) {
            return drop(DropReason.BAD_COOKIE);
        }
        if (memoryIsExhausted()) {
            return drop(DropReason.SYN_WITHOUT_MEMORY);
        }
        if (!listener.canComplete()) {
            return overflow(ctx, arrival, listener);
        }
        return listening(cookies.connection(arrival, listener), listener);
    }

    /**
     * {@return a new connection for a SYN that is newer than all of an old one, or null; then the old one's record stays} Its
     * address may be forged like any other's, so it has its place in the same queue; but there is no cookie for it, because
     * our numbers must go on from the old ones.
     */
    TransmissionControlBlock reopened(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        if (!listener.admitsSource(arrival.sender())) {
            return drop(DropReason.SOURCE_NOT_ADMITTED);
        }
        if (memoryIsExhausted()) {
            return drop(DropReason.SYN_WITHOUT_MEMORY);
        }
        if (!listener.canComplete()) {
            return overflow(ctx, arrival, listener);
        }
        if (!listener.admitsSyn()) {
            return drop(DropReason.SYN_QUEUE_FULL);
        }
        return halfOpen(arrival, listener);
    }

    /**
     * {@return whether a segment is for another connection than the half-open one that has its name: it brings back a cookie, or
     * has overtaken what does} The SYN-ACK with the cookie has taken so long that the client has repeated its SYN, and
     * then there was room. The client knows of the first SYN-ACK only; and a reset would end what it takes for a connection.
     */
    SynCookies.Verdict besideHalfOpen(TransmissionControlBlock halfOpen, Arrival arrival) {
        Segment seg = arrival.segment();
        if (!halfOpen.isPassive()
                || !seg.is(ControlBits.ACK)
                || seg.is(ControlBits.SYN | ControlBits.RST)
                || halfOpen.snd.isNew(seg.ack())) {
            return SynCookies.Verdict.BAD;
        }
        Listener listener = shard.listener(seg.destinationPort());
        return listener == null ? SynCookies.Verdict.BAD : cookies.check(arrival, listener);
    }

    private TransmissionControlBlock halfOpen(Arrival arrival, Listener listener) {
        Segment syn = arrival.segment();
        if (SegmentEncoder.headerBytes(syn.options())
                > arrival.bytes() - syn.text().bytes()) {
            // Packed more tightly than ours would be. Without the option of our own ends the SYN-ACK is no larger.
            syn.options().remove(SegmentOptions.ACK_DELAY);
        }
        ConnectionKey key = ConnectionKey.of(arrival.sender(), syn.destinationPort(), syn.sourcePort());
        TransmissionControlBlock tcb =
                shard.newConnection(key, listener.options().copy(), arrival.nowNanos());
        if (listener.limitsAmplification()) {
            tcb.handshake.doubtAddress();
        }
        return listening(tcb, listener);
    }

    private TransmissionControlBlock listening(TransmissionControlBlock tcb, Listener listener) {
        tcb.becomePassive(new Admission(listener, shard));
        // Not before there is a connection that will be taken off the count: making one may fail.
        listener.handshakeBegins();
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        return tcb;
    }

    // Nobody accepts: a SYN-ACK would only promise what cannot be kept.
    private TransmissionControlBlock overflow(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        drop(DropReason.ACCEPT_QUEUE_FULL);
        return listener.resetsOnOverflow() ? reset(ctx, arrival) : null;
    }

    // Not even a cookie: what it promises could not be kept when it comes back. The client repeats its SYN.
    private boolean memoryIsExhausted() {
        return shard.resources().memory().refuses();
    }

    // RFC 9293 section 3.10.7.1: CLOSED. "An incoming segment not containing a RST causes a RST to be sent in
    // response."
    private TransmissionControlBlock closedPort(ChannelHandlerContext ctx, Arrival arrival) {
        drop(DropReason.NO_CONNECTION);
        UdpEndpoint endpoint = shard.endpoint();
        return endpoint != null && endpoint.isSilent() ? null : reset(ctx, arrival);
    }

    private TransmissionControlBlock reset(ChannelHandlerContext ctx, Arrival arrival) {
        if (!answers.findRoom(ctx)) {
            return null;
        }
        if (!shard.mayReset(arrival.sender().getAddress(), arrival.nowNanos())) {
            return drop(DropReason.RATE_LIMITED);
        }
        Replies.reset(departure.segment(), arrival.segment());
        answers.send(ctx, arrival);
        return null;
    }

    private TransmissionControlBlock drop(DropReason reason) {
        shard.drops().count(reason);
        return null;
    }
}
