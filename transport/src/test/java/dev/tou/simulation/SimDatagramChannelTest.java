// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static dev.tou.simulation.TwoHosts.ms;
import static org.assertj.core.api.Assertions.assertThat;

class SimDatagramChannelTest {
    private final TwoHosts net = new TwoHosts();

    @AfterEach
    void close() {
        net.close();
    }

    private UdpUser server() {
        return UdpUser.bind(net.simulation, net.b, net.b.address(7));
    }

    private UdpUser client() {
        return UdpUser.connect(net.simulation, net.a, net.b.address(7));
    }

    @Test
    void trainIsSplitIntoDatagrams() {
        UdpUser server = server();
        UdpUser client = client();
        ByteBuf train = UdpUser.text("aaaabbbbccccd");
        ChannelFuture sent = client.sendTrain(net.b.address(7), 4, train);
        assertThat(sent.isSuccess()).isTrue();
        assertThat(train.refCnt()).isZero();
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("aaaa", "bbbb", "cccc", "d");
        assertThat(server.batches).containsExactly(4);
    }

    @Test
    void eachSegmentOfATrainHasAFateOfItsOwn() {
        UdpUser server = server();
        net.network.addRule(DatagramRule.dropNth(2, d -> true));
        client().sendTrain(net.b.address(7), 1, UdpUser.text("abc"));
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("a", "c");
    }

    @Test
    void trainBeyondTheLimitsOfTheKernelFails() {
        UdpUser client = client();
        InetSocketAddress to = net.b.address(7);
        assertThat(client.sendTrain(to, 1, Unpooled.buffer().writeZero(64)).isSuccess())
                .isTrue();
        assertThat(client.sendTrain(to, 1, Unpooled.buffer().writeZero(65)).cause())
                .hasMessageContaining("Invalid argument");
        assertThat(client.sendTrain(to, 1473, Unpooled.buffer().writeZero(3000)).cause())
                .hasMessageContaining("Invalid argument");
        assertThat(client.sendTrain(to, 1400, Unpooled.buffer().writeZero(65508))
                        .cause())
                .hasMessageContaining("Message too long");
        net.a.sendFault(SendFault.segmented(Errno.EIO));
        assertThat(client.sendTrain(to, 1, UdpUser.text("ab")).cause()).hasMessageContaining("Input/output");
        assertThat(client.sendTrain(to, 2, UdpUser.text("ab")).isSuccess()).isTrue();
    }

    @Test
    void datagramLargerThanTheInterfaceIsRefused() {
        UdpUser client = client();
        assertThat(client.channel
                        .writeAndFlush(Unpooled.buffer().writeZero(1472))
                        .isSuccess())
                .isTrue();
        assertThat(client.channel
                        .writeAndFlush(Unpooled.buffer().writeZero(1473))
                        .cause())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Message too long");
        net.a.mtu(9000);
        ChannelFuture jumbo = client.channel.writeAndFlush(Unpooled.buffer().writeZero(1473));
        assertThat(jumbo.isSuccess()).isTrue();
        assertThat(net.network.count(Fate.TOO_BIG)).isEqualTo(1);
        assertThat(client.channel.isOpen()).isTrue();
    }

    @Test
    void delayedSendStaysInTheOutboundBuffer() {
        UdpUser server = server();
        UdpUser client = client();
        net.a.sendDelay(new SendDelay(1, ms(3), ms(3)));
        ByteBuf first = UdpUser.text("first");
        ChannelFuture sent = client.channel.writeAndFlush(first);
        ChannelFuture second = client.send("second");
        net.simulation.advance(ms(2));
        assertThat(sent.isDone()).isFalse();
        assertThat(first.refCnt()).isOne();
        assertThat(client.channel.unsafe().outboundBuffer().size()).isEqualTo(2);
        net.simulation.advance(ms(1));
        assertThat(sent.isSuccess()).isTrue();
        assertThat(first.refCnt()).isZero();
        assertThat(second.isDone()).isFalse();
        net.simulation.runUntilIdle();
        assertThat(second.isSuccess()).isTrue();
        assertThat(server.texts).containsExactly("first", "second");
        assertThat(net.network.nowNanos()).isEqualTo(ms(16).toNanos());
    }

    @Test
    void whatIsRewrittenWhileHeldBackArrivesRewritten() {
        UdpUser server = server();
        UdpUser client = client();
        net.a.sendDelay(new SendDelay(1, ms(3), ms(3)));
        ByteBuf train = UdpUser.text("abcd");
        client.sendTrain(net.b.address(7), 2, train);
        train.setByte(2, 'X');
        net.simulation.advance(ms(3));
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("ab", "Xd");
    }

    @Test
    void whatIsRewrittenAfterTheSendArrivesAsSent() {
        UdpUser server = server();
        UdpUser client = client();
        ByteBuf data = UdpUser.text("abcd");
        client.channel.writeAndFlush(data.retain());
        data.setByte(2, 'X');
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("abcd");
        data.release();
    }

    @Test
    void fullSocketMakesTheChannelUnwritable() {
        UdpUser client = client();
        client.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1000, 2000));
        net.a.sendDelay(new SendDelay(1, ms(1), ms(1)));
        for (int i = 0; i < 3; i++) {
            client.channel.writeAndFlush(Unpooled.buffer().writeZero(1000));
        }
        assertThat(client.channel.isWritable()).isFalse();
        net.simulation.runUntilIdle();
        assertThat(client.channel.isWritable()).isTrue();
        assertThat(client.writabilityChanges).isEqualTo(2);
    }

    @Test
    void failedSendFailsItsOwnPromiseOnly() {
        UdpUser server = server();
        UdpUser client = client();
        net.a.sendFault(SendFault.first(1, Errno.ENOBUFS));
        ByteBuf data = UdpUser.text("first");
        ChannelFuture first = client.channel.write(data);
        ChannelFuture second = client.channel.write(UdpUser.text("second"));
        client.channel.flush();
        assertThat(first.cause()).isInstanceOf(IOException.class).hasMessageContaining("No buffer space");
        assertThat(data.refCnt()).isZero();
        assertThat(second.isSuccess()).isTrue();
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("second");
    }

    @Test
    void closedPortIsReportedOneRoundTripLater() {
        UdpUser client = client();
        assertThat(client.send("anyone?").isSuccess()).isTrue();
        net.simulation.advance(ms(19));
        assertThat(client.errors).isEmpty();
        net.simulation.advance(ms(1));
        assertThat(client.errors).singleElement().isInstanceOf(PortUnreachableException.class);
        assertThat(client.channel.isOpen()).isTrue();
        assertThat(client.send("still there").isSuccess()).isTrue();
    }

    @Test
    void pendingErrorFailsTheNextSend() {
        UdpUser client = client();
        client.send("anyone?");
        net.a.stall(ms(30));
        net.simulation.advance(ms(25));
        ChannelFuture second = client.send("swallowed");
        assertThat(second.cause()).isInstanceOf(PortUnreachableException.class);
        net.simulation.runUntilIdle();
        assertThat(client.errors).isEmpty();
        assertThat(net.network.count(Fate.SENT)).isEqualTo(1);
    }

    @Test
    void closedPortIsSilentForUnconnectedSocketsAndWhenSwitchedOff() {
        UdpUser unconnected = UdpUser.bind(net.simulation, net.a, net.a.address(1));
        unconnected.send(net.b.address(7), "anyone?");
        net.simulation.runUntilIdle();
        assertThat(unconnected.errors).isEmpty();
        net.b.portUnreachable(false);
        UdpUser client = client();
        client.send("anyone?");
        net.simulation.runUntilIdle();
        assertThat(client.errors).isEmpty();
        assertThat(net.network.count(Fate.NO_SOCKET)).isEqualTo(2);
    }

    @Test
    void readsInBatchesWithOneReadCompleteEach() {
        UdpUser server = server();
        UdpUser client = client();
        for (int i = 0; i < 40; i++) {
            client.send("d" + i);
        }
        net.simulation.runUntilIdle();
        assertThat(server.texts).hasSize(40);
        assertThat(server.batches).containsExactly(16, 16, 8);
    }

    @Test
    void withoutAutoReadOneReadGivesOneDatagram() {
        UdpUser server = server();
        server.channel.config().setAutoRead(false);
        UdpUser client = client();
        client.send("1");
        client.send("2");
        net.simulation.runUntilIdle();
        assertThat(server.texts).isEmpty();
        server.channel.read();
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("1");
        server.channel.config().setAutoRead(true);
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("1", "2");
    }

    @Test
    void longDatagramIsCutOff() {
        UdpUser server = server();
        server.channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(4));
        client().send("abcdef");
        net.simulation.runUntilIdle();
        assertThat(server.texts).containsExactly("abcd");
        assertThat(server.channel.truncatedDatagrams()).isEqualTo(1);
    }

    @Test
    void receiveBufferIsFinite() {
        UdpUser server = server();
        server.channel.config().setReceiveBufferSize(10 * (1000 + SimSocket.OVERHEAD_BYTES));
        net.b.stall(ms(100));
        UdpUser client = client();
        for (int i = 0; i < 25; i++) {
            client.channel.writeAndFlush(Unpooled.buffer().writeZero(1000));
        }
        net.simulation.runUntilIdle();
        assertThat(server.datagrams).isEqualTo(10);
        assertThat(net.network.count(Fate.RECEIVE_BUFFER_FULL)).isEqualTo(15);
        client.send("room again");
        net.simulation.runUntilIdle();
        assertThat(server.texts).contains("room again");
    }

    @Test
    void receiveBufferIsLimitedByTheSystem() {
        net.b.maxReceiveBufferBytes(400_000);
        SimDatagramChannel channel = net.b.newDatagramChannel();
        channel.config().setOption(ChannelOption.SO_RCVBUF, 4_000_000);
        assertThat(channel.config().getReceiveBufferSize()).isEqualTo(400_000);
    }

    @Test
    void connectedChannelHearsItsPeerOnlyUntilDisconnected() {
        UdpUser server = server();
        UdpUser other = UdpUser.bind(net.simulation, net.b, net.b.address(8));
        UdpUser client = client();
        InetSocketAddress address = client.channel.localAddress();
        assertThat(address.getAddress()).isEqualTo(net.a.address(0).getAddress());
        server.send(address, "from peer");
        other.send(address, "from stranger");
        net.simulation.runUntilIdle();
        assertThat(client.texts).containsExactly("from peer");
        net.simulation.await(client.channel.disconnect());
        assertThat(client.channel.isConnected()).isFalse();
        assertThat(client.channel.localAddress().getAddress().isAnyLocalAddress())
                .isTrue();
        other.send(address, "from stranger");
        net.simulation.runUntilIdle();
        assertThat(client.texts).containsExactly("from peer", "from stranger");
        assertThat(client.send("to whom?").cause()).isInstanceOf(NotYetConnectedException.class);
    }

    @Test
    void secondConnectFails() {
        UdpUser client = client();
        ChannelFuture again = client.channel.connect(net.b.address(8));
        assertThat(again.cause()).isInstanceOf(AlreadyConnectedException.class);
    }

    @Test
    void ipv6Echo() {
        InetSocketAddress address = new InetSocketAddress("2001:db8::2", 7);
        UdpUser.bind(net.simulation, net.b, new InetSocketAddress("::", 7)).echoing();
        UdpUser client = UdpUser.connect(net.simulation, net.a, address);
        client.send("six");
        net.simulation.runUntilIdle();
        assertThat(client.texts).containsExactly("six");
        assertThat(client.channel.localAddress().getAddress())
                .isEqualTo(net.a.addresses().get(1));
    }

    @Test
    void boundAddressThatCannotReachTheRecipientIsRefused() {
        UdpUser four = UdpUser.bind(net.simulation, net.a, net.a.address(1));
        assertThat(four.send(new InetSocketAddress("2001:db8::2", 7), "six").cause())
                .hasMessageContaining("unreachable");
        UdpUser inside = UdpUser.bind(net.simulation, net.a, new InetSocketAddress("127.0.0.1", 2));
        assertThat(inside.send(net.b.address(7), "outside").cause()).hasMessageContaining("Invalid argument");
        assertThat(net.network.count(Fate.SENT)).isZero();
    }

    @Test
    void closeFreesThePortAndFailsLaterWrites() {
        UdpUser server = server();
        net.simulation.await(server.channel.close());
        assertThat(server.send(net.a.address(1), "late").cause()).isInstanceOf(ClosedChannelException.class);
        List<String> replies = new ArrayList<>();
        RawPeer successor =
                net.b.newRawPeer(7).onDatagram(d -> replies.add(d.payload().toString(StandardCharsets.UTF_8)));
        client().send("hello again");
        net.simulation.runUntilIdle();
        assertThat(replies).containsExactly("hello again");
        successor.close();
    }
}
