// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.window.ReceiveBuffer;
import dev.tou.window.RingPool;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whose text is not taken when memory is exhausted. */
class HoldingsTest {

    private static final int ALL = 1000;

    private final MemoryAccount account = new MemoryAccount(new MemoryBudget(ALL), () -> {});
    private final ReceiveBuffer received = new ReceiveBuffer(new RingPool());
    private final Holdings holdings = new Holdings(account, null, received, null, null, null);

    @AfterEach
    void release() {
        received.release();
    }

    private void holdsLeftovers() {
        received.append(Unpooled.copiedBuffer(new byte[10]));
        received.compact(UnpooledByteBufAllocator.DEFAULT);
    }

    @Test
    void nobodysWhileThereIsMemory() {
        holdsLeftovers();
        account.charge(ALL);
        assertThat(holdings.refuseText(false)).isFalse();
    }

    @Test
    void thatNobodyReads() {
        account.charge(ALL + 1);
        assertThat(holdings.refuseText(false)).isTrue();
        assertThat(holdings.refuseText(true)).isFalse();
    }

    @Test
    void thatIsReadMoreSlowlyThanItComes() {
        account.charge(ALL + 1);
        holdsLeftovers();
        assertThat(holdings.refuseText(true)).isTrue();
        received.release();
        assertThat(holdings.refuseText(true)).isFalse();
    }
}
