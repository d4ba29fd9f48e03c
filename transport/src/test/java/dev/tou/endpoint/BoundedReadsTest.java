// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.UncheckedBooleanSupplier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How much one burst may borrow from the buffers that it was read into. */
@SuppressWarnings("deprecation") // The handle under its old name, as Netty has it.
class BoundedReadsTest {

    private static final int MESSAGES = 1024;
    private static final int LARGE = 65_535;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    /** One burst as epoll reads it, from a socket that is never empty. {@return the buffers that it has filled} */
    private int burst(RecvByteBufAllocator.ExtendedHandle handle, int bytes, int datagramsInEach) {
        handle.reset(channel.config());
        int buffers = 0;
        do {
            handle.allocate(channel.alloc()).release();
            handle.lastBytesRead(bytes);
            handle.incMessagesRead(datagramsInEach);
            buffers++;
        } while (handle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
        handle.readComplete();
        return buffers;
    }

    private RecvByteBufAllocator.ExtendedHandle handle(int bufferBytes) {
        return (RecvByteBufAllocator.ExtendedHandle) new BoundedReads(bufferBytes, MESSAGES).newHandle();
    }

    @Test
    void tinyDatagramsInLargeBuffersEndTheBurst() {
        RecvByteBufAllocator.ExtendedHandle handle = handle(LARGE);
        assertThat(burst(handle, 21, 1)).isEqualTo(128);
        assertThat(burst(handle, 21, 1)).as("and the next one begins anew").isEqualTo(128);
    }

    @Test
    void fullBuffersReachTheLimitOfMessagesFirst() {
        assertThat(burst(handle(LARGE), 64_000, 45)).isEqualTo(23);
        assertThat(burst(handle(1_473), 21, 1)).isEqualTo(MESSAGES);
    }

    @Test
    void thereIsAlwaysABuffer() {
        assertThat(burst(handle(2 * BoundedReads.MAX_BYTES), 21, 1)).isEqualTo(1);
    }
}
