// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.ArrayList;
import java.util.List;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentEncoder;
import dev.tou.state.TcpState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;

/**
 * One best-effort segment for each connection whose UDP channel ends before it does: a FIN if nothing is lost by it, otherwise
 * a reset. Nothing is repeated; it spares the peer a timeout.
 */
final class LastWords {

    private LastWords() {}

    /** Through the shard's own channel, which is still open. {@return done when the words have left} */
    static Future<Void> sayOn(Shard shard) {
        PromiseCombiner all = new PromiseCombiner(shard.loop());
        shard.connections().forEach(tcb -> {
            ByteBuf words = wordsFor(tcb, shard.resources().nowNanos());
            if (words != null) {
                all.add((Future<?>)
                        shard.udp().write(new DatagramPacket(words, tcb.key().remoteUdpAddress())));
            }
        });
        shard.udp().flush();
        Promise<Void> left = shard.loop().newPromise();
        all.finish(left);
        return left;
    }

    /** From the shard's port, although the channel has just closed. */
    static void sayAfter(Shard shard) {
        List<DatagramPacket> datagrams = new ArrayList<>();
        shard.connections().forEach(tcb -> {
            ByteBuf words = wordsFor(tcb, shard.resources().nowNanos());
            if (words != null) {
                datagrams.add(new DatagramPacket(words, tcb.key().remoteUdpAddress()));
            }
        });
        if (!datagrams.isEmpty()) {
            shard.transport().sendAfterClose(shard, datagrams);
        }
    }

    private static ByteBuf wordsFor(TransmissionControlBlock tcb, long nowNanos) {
        TcpState state = tcb.state();
        if (!state.isSynchronized() && state != TcpState.SYN_RECEIVED || tcb.snd.finAcknowledged()) {
            return null;
        }
        boolean lossless = tcb.unsentBytes() == 0 && tcb.receiveBuffer.readableBytes() == 0;
        int bits = ControlBits.ACK | (lossless ? ControlBits.FIN : ControlBits.RST);
        int seq = lossless && tcb.snd.finSent() ? tcb.snd.nxt() - 1 : tcb.snd.nxt();
        Segment segment = new Segment()
                .header(
                        tcb.key().localTcpPort(),
                        tcb.key().remoteTcpPort(),
                        seq,
                        tcb.rcv.nxt(),
                        bits,
                        tcb.advertisedWindow.field(tcb.rcv));
        if (tcb.negotiated.timestamps()) {
            segment.options().timestamps(tcb.timestamps.value(nowNanos), tcb.timestamps.recent());
        }
        int bytes = SegmentEncoder.headerBytes(segment.options());
        if (!tcb.handshake.maySend(bytes)) {
            return null;
        }
        ByteBuf words = Unpooled.buffer(bytes, bytes);
        words.writerIndex(bytes);
        SegmentEncoder.write(words, 0, segment, seq, bits, bytes);
        return words;
    }
}
