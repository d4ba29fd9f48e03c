// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.Errno;
import dev.tou.simulation.Fate;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What connections on one UDP socket share besides it: its place in a NAT, and what ICMP says of their peer. */
class SharedFateSimTest {

    private static final int SOCKETS = 16;

    private static List<SocketChannel> connect(
            SimPair pair, List<Recorder> recorders, int connections, int natSeconds) {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            channels.add(pair.connect(pair.client(recorder).option(TouChannelOption.NAT_KEEP_ALIVE, natSeconds)));
        }
        return channels;
    }

    /** One reminder for each place in the tables, not one for each connection. */
    @Test
    void aNatIsRemindedOnceForEachSocket() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            connect(pair, new ArrayList<>(), 10 * SOCKETS, 25);
            pair.simulation.advance(SimPair.seconds(1));
            int[] sent = new int[1];
            pair.network.onDatagram((now, datagram, fate) -> sent[0] += fate == Fate.SENT ? 1 : 0);
            pair.simulation.advance(SimPair.seconds(100));
            assertThat(sent[0]).isEqualTo(4 * SOCKETS);
        }
    }

    private static void icmp(SimPair pair, Shard shard, Errno errno) {
        InetSocketAddress local = shard.localAddress();
        pair.clientHost.icmp(errno, local, shard.peer());
    }

    /** Those that wait for an answer die together; who is idle has no reason to. */
    @Test
    void aDesertedPortIsTheEndOfThoseThatWait() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            List<Recorder> recorders = new ArrayList<>();
            List<SocketChannel> channels = connect(pair, recorders, 3 * SOCKETS, 0);
            Shard shared = ((TouSocketChannel) channels.get(0)).shard();
            List<SocketChannel> together = channels.stream()
                    .filter(channel -> ((TouSocketChannel) channel).shard() == shared)
                    .toList();
            assertThat(together).hasSize(3);
            pair.network.addRule(DatagramRule.drop(datagram -> true));
            together.get(0).writeAndFlush(Unpooled.copyInt(1));
            together.get(1).writeAndFlush(Unpooled.copyInt(1));
            for (int i = 0; i < 20; i++) {
                pair.simulation.advance(SimPair.ms(100));
                if (shared.udp().isOpen()) {
                    icmp(pair, shared, Errno.ECONNREFUSED);
                }
            }
            assertThat(together.get(0).isOpen()).isFalse();
            assertThat(together.get(1).isOpen()).isFalse();
            assertThat(together.get(2).isActive()).isTrue();
        }
    }

    /** Whoever forges ICMP messages has the connections of a socket looked at a hundred times a second, not more. */
    @Test
    void forgedMessagesDoNotKeepTheLoopBusy() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel channel = connect(pair, new ArrayList<>(), 1, 0).get(0);
            pair.simulation.advance(SimPair.seconds(1));
            Shard shard = pair.clientShard();
            int[] turns = new int[1];
            shard.udp().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    turns[0] += event == TimerExpiry.HANDLED ? 1 : 0;
                    ctx.fireUserEventTriggered(event);
                }
            });
            for (int i = 0; i < 1000; i++) {
                icmp(pair, shard, i % 2 == 0 ? Errno.EHOSTUNREACH : Errno.ECONNREFUSED);
                pair.simulation.advance(SimPair.ms(1));
            }
            assertThat(turns[0]).isBetween(50, 101);
            assertThat(channel.isActive()).isTrue();
        }
    }
}
