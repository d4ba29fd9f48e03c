// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Last words from a port that somebody has, who would share it. */
class FarewellSocketTest {

    private static final int PATIENCE_MILLIS = 60_000;

    private static DatagramChannel sharing() throws Exception {
        DatagramChannel holder = DatagramChannel.open();
        holder.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return holder;
    }

    private static DatagramSocket receiver() throws Exception {
        DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        receiver.setSoTimeout(PATIENCE_MILLIS);
        return receiver;
    }

    private static DatagramPacket words(DatagramSocket receiver) {
        return new DatagramPacket(
                Unpooled.wrappedBuffer(new byte[20]), (InetSocketAddress) receiver.getLocalSocketAddress());
    }

    private static void expectFrom(InetSocketAddress local, DatagramSocket receiver) throws Exception {
        java.net.DatagramPacket received = new java.net.DatagramPacket(new byte[100], 100);
        receiver.receive(received);
        assertThat(received.getLength()).isEqualTo(20);
        assertThat(received.getSocketAddress()).isEqualTo(local);
    }

    @Test
    void thePortOfASharingChannelIsShared() throws Exception {
        try (DatagramChannel holder = sharing();
                DatagramSocket receiver = receiver()) {
            InetSocketAddress local = (InetSocketAddress) holder.getLocalAddress();
            DatagramPacket words = words(receiver);
            FarewellSocket.send(local, true, List.of(words));
            assertThat(words.refCnt()).as("sent at once").isZero();
            expectFrom(local, receiver);
        }
    }

    /** For the moment in which the socket is bound, it would take datagrams that are meant for the other. */
    @Test
    void thePortOfAnyOtherChannelIsLeftToWhoHasItNow() throws Exception {
        // Whoever tries again does so on this thread, and not for ever: so not before the port is free.
        CountDownLatch free = new CountDownLatch(1);
        GlobalEventExecutor.INSTANCE.execute(() -> await(free));
        try (DatagramSocket receiver = receiver()) {
            InetSocketAddress local;
            DatagramPacket words = words(receiver);
            try (DatagramChannel holder = sharing()) {
                local = (InetSocketAddress) holder.getLocalAddress();
                FarewellSocket.send(local, false, List.of(words));
                assertThat(words.refCnt()).as("still to be sent").isOne();
            }
            free.countDown();
            expectFrom(local, receiver);
        } finally {
            free.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
