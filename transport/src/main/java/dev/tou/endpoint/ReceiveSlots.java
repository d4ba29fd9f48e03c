// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Buffers of as many slots for datagrams as the next read is likely to need. io_uring submits one receive for each slot before
 * it knows what will come, and each that finds nothing has its price; but what one read returns is a burst, and a burst of many
 * segments passes the stages as one. So it begins with one slot, asks for more when all were filled, and for fewer when most
 * stayed empty.
 */
final class ReceiveSlots extends DefaultMaxMessagesRecvByteBufAllocator {

    /** A ring of Netty has 128 entries by default: half of it leaves room for what is sent. */
    private static final int MAX_SLOTS = 64;

    private static final int MAX_BYTES = 1 << 20;

    private static final int STEP = 4;

    private final int slotBytes;
    private final int maxSlots;

    /** Slots of {@code slotBytes}; a datagram that fills one is taken for one that was cut off. */
    ReceiveSlots(int slotBytes) {
        super(MAX_SLOTS);
        this.slotBytes = slotBytes;
        maxSlots = Math.max(1, Math.min(MAX_SLOTS, MAX_BYTES / slotBytes));
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own interface asks for the handle under its old name.
    public Handle newHandle() {
        return new SlotHandle();
    }

    private final class SlotHandle extends MaxMessageHandle {

        private int slots = 1;
        private int filled;

        @Override
        public int guess() {
            return slots * slotBytes;
        }

        @Override
        public void reset(ChannelConfig config) {
            super.reset(config);
            filled = 0;
        }

        @Override
        public void lastBytesRead(int bytes) {
            super.lastBytesRead(bytes);
            if (bytes > 0) {
                filled++;
            }
        }

        @Override
        public void readComplete() {
            if (filled >= slots) {
                slots = Math.min(maxSlots, slots * STEP);
            } else if (filled < slots / STEP) {
                slots /= STEP;
            }
            filled = 0;
        }
    }
}
