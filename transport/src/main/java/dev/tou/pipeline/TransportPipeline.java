// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.UserCalls;
import dev.tou.endpoint.PipelineInstaller;
import dev.tou.endpoint.Shard;
import io.netty.channel.ChannelPipeline;

/**
 * The table of contents of this project: the stages of TCP on the pipeline of a UDP channel, in the order of RFC 9293 section
 * 3.10.7. Inbound segments go down the list, outbound segments go up it.
 *
 * <p>There is one set of handlers per UDP channel, shared by all its connections; they hold nothing of a connection, which is
 * found in its {@link dev.tou.connection.TransmissionControlBlock}.
 */
public final class TransportPipeline {

    /** Installs the stages. */
    public static final PipelineInstaller INSTALLER = TransportPipeline::install;

    private TransportPipeline() {}

    private static UserCalls install(Shard shard, ChannelPipeline udp) {
        Burst burst = new Burst(shard.resources().wheel());
        Departure departure = new Departure(shard.reporting());
        SegmentCodec codec = new SegmentCodec(shard, burst);
        ConnectionDemultiplexer demux = new ConnectionDemultiplexer(shard, departure);
        StateMachineHandler stateMachine = new StateMachineHandler(shard, burst, departure);
        RetransmissionHandler retransmission = new RetransmissionHandler(shard, burst, departure);
        WindowHandler window = new WindowHandler(shard, burst, departure, retransmission, stateMachine);
        StreamHandler stream = new StreamHandler(shard, burst, stateMachine, window);

        //                                                -- the wire: datagrams
        udp.addLast("codec", codec); //                   datagrams <-> segments, merged and split
        udp.addLast("demux", demux); //                   segment -> its connection, a listener, or a reset
        udp.addLast("state-machine", stateMachine); //    sequence check, RST, SYN; OPEN, CLOSE, ABORT
        udp.addLast("retransmission", retransmission); // ACK, RTT, SACK, RTO, congestion control
        udp.addLast("window", window); //                 text, receive window; usable window, Nagle
        udp.addLast("stream", stream); //                 bytes <-> the application's channel
        return stream;
    }
}
