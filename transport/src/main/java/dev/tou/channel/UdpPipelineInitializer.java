// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.function.Consumer;

import io.netty.channel.ChannelPipeline;

/**
 * Puts handlers on the pipeline of a UDP channel, beside the stages of TCP, see {@link TouChannelOption#UDP_PIPELINE}:
 *
 * <pre>
 *   bootstrap.option(TouChannelOption.UDP_PIPELINE, udp -&gt; udp.addBefore("codec", "wire", new MyHandler()));
 *
 *     the wire          datagrams
 *     "codec"           datagrams and segments
 *     "demux"           a segment's connection
 *     "state-machine"   sequence check, RST, SYN
 *     "retransmission"  acknowledgments, losses
 *     "window"          text
 *     "stream"          the application's channels
 * </pre>
 *
 * <p><b>When.</b> Called once for each UDP channel that is opened: on its event loop, after it was registered and has its stages,
 * before it is bound. That is when a server binds, for each local address if it binds a wildcard, and when a client connects and
 * no UDP channel can be shared. Many connections share a channel, one after the other and at once, so a handler belongs to none of
 * them. Clients share with those that have the same initializer, by {@code equals}: give all the same object, not a new lambda each.
 * A server that takes up a UDP channel which is still open keeps that channel's handlers; the log warns of it. What it throws fails
 * the bind, or the connect, and nothing is left open.
 *
 * <p><b>Datagrams</b> pass a handler before {@code "codec"}. Inbound it sees each as a
 * {@link io.netty.channel.socket.DatagramPacket}. Outbound it sees a {@link io.netty.buffer.ByteBuf} on a client's channel, which
 * is connected, a {@code DatagramPacket} on a server's, and on either a
 * {@link io.netty.channel.unix.SegmentedDatagramPacket}: many datagrams of one size in one piece, for the kernel to cut, where it
 * can. In each is one bare TCP segment, as RFC 9293 section 3.1 has it, with a checksum of zero. A copy of an inbound one may also
 * be passed on later, in a task of the event loop, as a handler does that makes a path longer.
 *
 * <p><b>Ownership.</b> Whoever does not pass a message on must release it, and must complete the promise of an outbound one.
 * After the call returns the bytes of an outbound one are written again (the header of a segment that is sent again is made in
 * place), and those of an inbound one are gone: what is to be kept must be copied. Outbound bytes are not to be changed. A write
 * comes with a promise that is void or used again, to which nothing can be added: pass it on as it is. Datagrams may share one, and
 * then a failure is believed to be that of the datagram whose turn it is, in the order of the writes.
 *
 * <p><b>Segments</b> pass a handler between two stages, as objects of packages that are not exported and may change with any
 * version: of class {@code Arrival} inbound, where those of a burst that continue each other are one, and {@code Departure}
 * outbound. They are used again after each call. What a handler between the stages can rely on is that they are there, and
 * that {@code toString} tells flags, numbers and length. Beside them go user events that are nobody else's business.
 * Whatever a handler does not know it must pass on.
 *
 * <p><b>Thread.</b> All on the event loop of the connections, inside of their work: a handler must not block. What it asks of their
 * channels while something passes it outbound (to send, to close) is done in a task of its own, after that. What it throws is a
 * lost datagram to TCP, which repairs it, and is logged by Netty; the message is not released by that.
 *
 * <p>Not seen are the farewells that leave through another socket after a channel was closed by the end of its event loop.
 */
@FunctionalInterface
public interface UdpPipelineInitializer extends Consumer<ChannelPipeline> {

    /** Adds nothing: the default. */
    UdpPipelineInitializer NONE = udp -> {};

    /** Adds handlers to the pipeline of a UDP channel, which has its stages. */
    @Override
    void accept(ChannelPipeline udp);
}
