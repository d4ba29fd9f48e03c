// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentEncoder;
import dev.tou.state.TcpState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * One best-effort segment for each connection whose UDP channel ends before it does: a FIN if nothing is lost by it, otherwise
 * a reset. Nothing is repeated; it spares the peer a timeout.
 */
final class LastWords {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LastWords.class);

    private LastWords() {}

    /** Through the shard's own channel, which is still open. */
    static void sayOn(Shard shard) {
        shard.connections().forEach(tcb -> {
            ByteBuf words = wordsFor(tcb, shard.resources().nowNanos());
            if (words != null) {
                shard.udp().write(new DatagramPacket(words, tcb.key().remoteUdpAddress()));
            }
        });
        shard.udp().flush();
    }

    /** Through a socket made for it on the same port, because the channel has just closed. */
    static void sayAfter(Shard shard) {
        try (DatagramChannel socket = DatagramChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.configureBlocking(false);
            socket.bind(shard.localAddress());
            shard.connections()
                    .forEach(tcb -> sayThrough(socket, tcb, shard.resources().nowNanos()));
        } catch (IOException e) {
            LOGGER.debug("no last words for the connections of {}", shard.localAddress(), e);
        }
    }

    private static void sayThrough(DatagramChannel socket, TransmissionControlBlock tcb, long nowNanos) {
        ByteBuf words = wordsFor(tcb, nowNanos);
        if (words == null) {
            return;
        }
        try {
            ByteBuffer datagram = words.nioBuffer();
            InetSocketAddress peer = tcb.key().remoteUdpAddress();
            socket.send(datagram, peer);
        } catch (IOException e) {
            LOGGER.debug("no last words for {}", tcb, e);
        } finally {
            words.release();
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
            segment.options().timestamps(tcb.timestamp(nowNanos), tcb.tsRecent());
        }
        int bytes = SegmentEncoder.headerBytes(segment.options());
        ByteBuf words = Unpooled.buffer(bytes, bytes);
        words.writerIndex(bytes);
        SegmentEncoder.write(words, 0, segment, seq, bits, bytes);
        return words;
    }
}
