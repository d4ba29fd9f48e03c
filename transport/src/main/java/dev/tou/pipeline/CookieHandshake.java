// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.NegotiatedOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Listener;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.SynCookies;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelHandlerContext;

/**
 * A passive handshake without state: the SYN-ACK carries a cookie, and the acknowledgment that brings it back makes a connection
 * that looks as if it had been in SYN-RECEIVED all the time. The third stage then deals with that segment like with any other.
 *
 * <p>What it costs: a lost SYN-ACK is only sent again when the SYN is, and if the acknowledgment is lost, we learn of the
 * connection when the client sends something. The option of our own ends is not agreed on.
 */
final class CookieHandshake {

    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int LARGEST_SYN_WINDOW = 0xFFFF;

    private final Shard shard;
    private final Departure departure;
    private final Answers answers;
    private final AddressWords sender;
    private final SegmentOptions remembered = new SegmentOptions();

    /** What one handshake after the other agrees on: in a flood each costs no memory. */
    private final NegotiatedOptions handshake = new NegotiatedOptions();

    /** @param sender the address of the arrival that each call is about */
    CookieHandshake(Shard shard, Departure departure, Answers answers, AddressWords sender) {
        this.shard = shard;
        this.departure = departure;
        this.answers = answers;
        this.sender = sender;
    }

    /** Answers a SYN with a SYN-ACK, which is no larger, and forgets it; if there are too many, only one that comes again. */
    void answer(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        if (!answers.findRoom(ctx)) {
            return;
        }
        Segment syn = arrival.segment();
        if (!shard.cookies().affords(sender, ports(arrival), syn, arrival.nowNanos())) {
            shard.drops().count(DropReason.SYN_FLOOD);
            return;
        }
        syn.options().remove(SegmentOptions.ACK_DELAY);
        NegotiatedOptions agreed = nothingAgreed(listener);
        agreed.accept(syn.options());
        int cookie = shard.cookies().make(sender, ports(arrival), syn, agreed, arrival.nowNanos());
        int bits = ControlBits.SYN | ControlBits.ACK;
        Segment synAck = departure
                .segment()
                .header(
                        syn.destinationPort(),
                        syn.sourcePort(),
                        cookie,
                        syn.seq() + 1,
                        bits,
                        synWindow(listener.options()));
        agreed.answer(synAck.options(), clock(arrival), syn.options().timestampValue());
        answers.send(ctx, arrival);
    }

    /** {@return whether an acknowledgment brings back a cookie; if so, {@link #connection} makes the connection} */
    SynCookies.Verdict check(Arrival arrival, Listener listener) {
        if (!shard.cookies().areOut(arrival.nowNanos()) || arrival.segment().is(ControlBits.SYN)) {
            return SynCookies.Verdict.BAD;
        }
        SynCookies.Verdict verdict = shard.cookies()
                .check(
                        sender,
                        ports(arrival),
                        arrival.segment(),
                        nothingAgreed(listener),
                        remembered,
                        clock(arrival),
                        arrival.nowNanos());
        boolean spent = verdict == SynCookies.Verdict.GOOD && shard.cookies().isSpent(key(arrival), arrival.segment());
        return spent ? SynCookies.Verdict.BAD : verdict;
    }

    /** {@return the connection that the cookie just checked stands for, as it was when its SYN was answered, but closed} */
    TransmissionControlBlock connection(Arrival arrival, Listener listener) {
        Segment ack = arrival.segment();
        ConnectionKey key = key(arrival);
        shard.cookies().spend(key, ack, arrival.nowNanos());
        TransmissionControlBlock tcb =
                shard.newConnectionFrom(ack.ack() - 1, key, listener.options().copy());
        tcb.rcv.synchronize(ack.seq() - 1);
        tcb.handshake.promise(synWindow(tcb.options()));
        tcb.handshake.cookieBack(arrival.nowNanos() - SynCookies.MOST_LIFE_NANOS, arrival.nowNanos());
        tcb.acceptOptions(remembered, arrival.nowNanos());
        tcb.snd.initialWindow(ack.windowBytes(tcb.negotiated.peerScale()), tcb.rcv.irs(), tcb.snd.iss());
        tcb.snd.sent(1);
        tcb.acknowledgmentSent();
        return tcb;
    }

    private static ConnectionKey key(Arrival arrival) {
        Segment ack = arrival.segment();
        return ConnectionKey.of(arrival.sender(), ack.destinationPort(), ack.sourcePort());
    }

    private NegotiatedOptions nothingAgreed(Listener listener) {
        boolean ipv6 = !AddressWords.isIpv4(sender.hi(), sender.lo());
        handshake.begin(listener.options(), ipv6, shard.interfaceMtu());
        return handshake;
    }

    // What a new connection has before anything has flowed: more than the field can say, unless that was chosen.
    private static int synWindow(ConnectionOptions options) {
        int chosen = options.receiveBufferBytes();
        return chosen > 0 ? Math.min(chosen, LARGEST_SYN_WINDOW) : LARGEST_SYN_WINDOW;
    }

    private long ports(Arrival arrival) {
        Segment seg = arrival.segment();
        return ConnectionKey.packPorts(arrival.sender().getPort(), seg.destinationPort(), seg.sourcePort())
                | (long) shard.localAddress().getPort() << 48;
    }

    private int clock(Arrival arrival) {
        Segment seg = arrival.segment();
        int offset = shard.resources()
                .sequenceNumbers()
                .timestampOffset(
                        sender.hi(),
                        sender.lo(),
                        arrival.sender().getPort(),
                        seg.destinationPort(),
                        seg.sourcePort(),
                        shard.localAddress().getPort());
        return (int) (arrival.nowNanos() / NANOS_PER_MILLI) + offset;
    }
}
