// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How many slots a read gets after what the reads before it have found. */
@SuppressWarnings("deprecation") // The handle under its old name, as Netty has it.
class ReceiveSlotsTest {

    private static final int SLOT = 1473;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private RecvByteBufAllocator.Handle handle = new ReceiveSlots(SLOT).newHandle();

    /** One read as io_uring does it: every slot ends, with a datagram or with nothing. {@return the slots that it had} */
    private int read(int datagrams) {
        handle.reset(channel.config());
        int slots = handle.guess() / SLOT;
        assertThat(handle.guess()).isEqualTo(slots * SLOT);
        for (int i = 0; i < slots; i++) {
            handle.lastBytesRead(i < datagrams ? 100 : 0);
        }
        handle.readComplete();
        handle.reset(channel.config());
        return slots;
    }

    @Test
    void growsWhileEverySlotIsFilled() {
        assertThat(read(1000)).isEqualTo(1);
        assertThat(read(1000)).isEqualTo(4);
        assertThat(read(1000)).isEqualTo(16);
        assertThat(read(1000)).isEqualTo(64);
        assertThat(read(1000)).isEqualTo(64);
    }

    @Test
    void staysWhileAFairPartIsFilled() {
        read(1);
        read(4);
        assertThat(read(15)).isEqualTo(16);
        assertThat(read(4)).isEqualTo(16);
        assertThat(read(4)).isEqualTo(16);
    }

    @Test
    void shrinksWhenMostStayEmpty() {
        read(1);
        read(4);
        assertThat(read(3)).isEqualTo(16);
        assertThat(read(1)).isEqualTo(4);
        assertThat(read(0)).isEqualTo(4);
        assertThat(read(0)).isEqualTo(1);
        assertThat(read(1)).isEqualTo(1);
    }

    @Test
    void largeSlotsAreFew() {
        handle = new ReceiveSlots(65_508).newHandle();
        handle.reset(channel.config());
        for (int i = 0; i < 10; i++) {
            for (int slot = 0; slot < 64; slot++) {
                handle.lastBytesRead(65_000);
            }
            handle.readComplete();
        }
        assertThat(handle.guess()).isEqualTo(16 * 65_508);
    }
}
