// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.simulation.Errno;
import dev.tou.simulation.SendFault;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Errors of the UDP socket itself: what is refused is sent again, and a socket that goes takes its connections with it, not silently. */
class SocketErrorsSimTest {

    private static final int BYTES = 100_000;

    /** A third of all that is sent, on both sides, handshake and end included. */
    @ParameterizedTest
    @EnumSource
    void whatTheKernelRefusesIsSentAgain(Errno errno) {
        // These two say that nobody is there, and the handshake would believe it.
        boolean unreachable = errno == Errno.ECONNREFUSED || errno == Errno.EHOSTUNREACH || errno == Errno.ENETUNREACH;
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel channel = unreachable ? pair.connect(new Recorder()) : null;
            pair.clientHost.sendFault(SendFault.randomly(0.3, errno));
            pair.serverHost.sendFault(SendFault.randomly(0.3, errno));
            SocketChannel client = channel == null ? pair.connect(new Recorder()) : channel;
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(BYTES)));
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == BYTES, SimPair.seconds(600));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(BYTES));
            client.close();
            pair.simulation.expect("the end", () -> !pair.child().channel().isOpen(), SimPair.seconds(60));
            assertThat(pair.child().failures()).isEmpty();
        }
    }

    /** Closed by whom it does not concern: the application hears it, its writes fail, and the peer is told. */
    @Test
    void aSocketThatIsClosedUnderUs() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            pair.child();
            pair.clientShard().udp().close();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(client.isOpen()).isFalse();
            assertThat(recorder.outline()).contains("inactive");
            ChannelFuture write = client.writeAndFlush(Unpooled.copyInt(1));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
            List<String> events = pair.child().outline();
            assertThat(events).contains("inactive");
        }
    }

    /** The host that has no such port is sure; a router that knows no way may speak of an earlier moment. */
    @Test
    void thatNobodyHasThePortIsNotForgottenForWhatARouterSays() {
        try (SimPair pair = new SimPair()) {
            ChannelFuture connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.ms(1));
            ChannelPipeline udp = pair.clientShard().udp().pipeline();
            udp.fireExceptionCaught(new NoRouteToHostException("No route to host"));
            udp.fireExceptionCaught(new PortUnreachableException());
            udp.fireExceptionCaught(new NoRouteToHostException("No route to host"));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(connect.cause()).isInstanceOf(ConnectException.class).hasMessageContaining("refused");
        }
    }

    /** Whoever forges ICMP shall not keep the loop busy, however many connections share a channel. */
    @Test
    void theMoreConnectionsTheLessOftenTheyHearThatThePeerIsUnreachable() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            pair.connect(new Recorder());
            Shard shard = pair.clientShard();
            int[] told = {0};
            shard.udp().pipeline().addBefore("codec", "count", new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    told[0] += event == TimerExpiry.HANDLED ? 1 : 0;
                    ctx.fireUserEventTriggered(event);
                }
            });
            hearForASecond(pair, shard);
            assertThat(told[0]).isBetween(90, 110);
            List<TransmissionControlBlock> idle = new ArrayList<>();
            for (int port = 1; port < 20_000; port++) {
                ConnectionKey key = ConnectionKey.of(shard.peer(), port, SimPair.PORT);
                idle.add(shard.newConnection(
                        key, new ConnectionOptions(), shard.resources().nowNanos()));
            }
            told[0] = 0;
            hearForASecond(pair, shard);
            assertThat(told[0]).as("once in 200 ms").isBetween(4, 7);
            idle.forEach(shard.connections()::remove);
        }
    }

    private static void hearForASecond(SimPair pair, Shard shard) {
        for (int i = 0; i < 1000; i++) {
            shard.udp().pipeline().fireExceptionCaught(new NoRouteToHostException("No route to host"));
            pair.simulation.advance(SimPair.ms(1));
        }
    }
}
