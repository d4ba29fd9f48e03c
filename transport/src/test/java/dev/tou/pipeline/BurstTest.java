// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.util.concurrent.TimeUnit;

import dev.tou.timing.TimerWheel;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BurstTest {

    /** A process that was preempted while it read a burst takes what came later for no older than sixteen datagrams. */
    @Test
    void theClockIsReadAgainWithinABurst() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        Burst burst = new Burst(new TimerWheel(channel.eventLoop()));
        burst.beginReading();
        long began = burst.datagramRead();
        channel.advanceTimeBy(20, TimeUnit.MILLISECONDS);
        long last = began;
        for (int i = 0; i < 16; i++) {
            last = burst.datagramRead();
        }
        assertThat(last - began).isEqualTo(20_000_000);
        channel.close();
    }
}
