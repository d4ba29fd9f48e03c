// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EveryNthLostTest {

    @Test
    void everyThirdIsLostAndReleasedAndTakenForSent() {
        EveryNthLost lossy = new EveryNthLost(3);
        EmbeddedChannel wire = new EmbeddedChannel(lossy);
        for (int i = 1; i <= 10; i++) {
            ByteBuf datagram = wire.alloc().buffer().writeByte(i);
            ChannelFuture left = wire.writeAndFlush(datagram);
            assertThat(left.isSuccess()).isTrue();
            boolean lost = i % 3 == 0;
            assertThat(datagram.refCnt()).isEqualTo(lost ? 0 : 1);
            ByteBuf arrived = wire.readOutbound();
            assertThat(arrived).isSameAs(lost ? null : datagram);
            if (arrived != null) {
                arrived.release();
            }
        }
        assertThat(lossy.datagrams()).isEqualTo(10);
        assertThat(lossy.lost()).isEqualTo(3);
    }
}
