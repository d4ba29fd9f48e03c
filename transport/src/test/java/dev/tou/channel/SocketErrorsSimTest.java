// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.channels.ClosedChannelException;
import java.util.List;

import dev.tou.simulation.Errno;
import dev.tou.simulation.SendFault;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
}
