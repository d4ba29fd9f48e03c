// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.ByteBuffer;

import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two ends that have lost each other, each of which takes whatever the other says for wrong (PROTOCOL A9). */
class AckStormSimTest {

    private static final int ACK = 16;
    private static final int FAR = 1_000_000;

    private static long sent(TransmissionControlBlock... ends) {
        long sent = 0;
        for (TransmissionControlBlock end : ends) {
            sent += end.counters.segmentsSent;
        }
        return sent;
    }

    private static void lose(TransmissionControlBlock end) {
        end.rcv.advance(FAR);
    }

    /** One forged segment would set off a storm; a second later another, in vain as well. */
    @Test
    void theyFallSilent() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            TransmissionControlBlock one = ((TouSocketChannel) client).tcb();
            TransmissionControlBlock other = ((TouSocketChannel) pair.child().channel()).tcb();
            lose(one);
            lose(other);
            for (int i = 0; i < 10; i++) {
                long before = sent(one, other);
                pair.network.inject(client.localAddress(), client.remoteAddress(), forged(client));
                pair.simulation.advance(SimPair.seconds(1));
                // The answer, the answer to it, and perhaps one of each more when the half second is over.
                assertThat(sent(one, other) - before).isBetween(1L, 4L);
            }
            long before = sent(one, other);
            pair.simulation.advance(SimPair.seconds(100));
            assertThat(sent(one, other)).isEqualTo(before);
        }
    }

    private static byte[] forged(SocketChannel client) {
        ByteBuffer segment = ByteBuffer.allocate(32);
        segment.putShort((short) client.localAddress().getPort());
        segment.putShort((short) client.remoteAddress().getPort());
        segment.putInt(1).putInt(1).put((byte) 0x80).put((byte) ACK).putShort((short) 0xFFFF);
        // Timestamps, for a segment without them is dropped in silence.
        return segment.putInt(16, 0)
                .position(20)
                .put(new byte[] {1, 1, 8, 10})
                .putInt(Integer.MAX_VALUE)
                .putInt(0)
                .array();
    }
}
