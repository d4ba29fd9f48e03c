// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.EventLog;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.Test;

import static dev.tou.channel.SimPair.ms;
import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/** What both ends of a long transfer tell of it. */
class TransportListenerSimTest {

    private static final int BYTES = 12_000_000;

    private final EventLog sends = new EventLog(0);
    private final EventLog receives = new EventLog(0);

    @Test
    void aQueueThatOverflows() {
        TcpInfo info = transfer(60_000);
        assertThat(sends.lines())
                .anyMatch(line -> line.startsWith("recovery RECOVERY"))
                .contains("recovery ends")
                .anyMatch(line -> line.endsWith("by RECOVERY"))
                .anyMatch(line -> line.endsWith("by CONGESTION_AVOIDANCE"));
        assertThat(info.losses()).isPositive();
    }

    @Test
    void aQueueThatGrowsLong() {
        transfer(2_000_000);
        assertThat(sends.lines()).anyMatch(line -> line.endsWith("by SLOW_START_EXIT"));
    }

    private TcpInfo transfer(int queueBytes) {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(ms(20)).rate(50_000_000, queueBytes))) {
            pair.listen(pair.server().option(TouChannelOption.TRANSPORT_LISTENER, connection -> receives));
            TouSocketChannel channel = (TouSocketChannel) pair.connect(
                    pair.client(new Recorder()).option(TouChannelOption.TRANSPORT_LISTENER, connection -> sends));
            channel.writeAndFlush(channel.alloc().buffer(BYTES).writeZero(BYTES));
            pair.simulation.expect(
                    "all is acknowledged", () -> channel.tcb().counters.bytesAcknowledged >= BYTES, seconds(60));
            TcpInfo info = channel.tcpInfo();
            figuresAndEventsAgree(info);
            channel.close();
            pair.simulation.advance(seconds(2));
            assertThat(sends.lines()).contains("state TIME-WAIT");
            return info;
        }
    }

    private void figuresAndEventsAgree(TcpInfo info) {
        assertThat(receives.lines()).anyMatch(line -> line.startsWith("receive buffer "));
        assertThat(sends.lines())
                .anyMatch(line -> line.startsWith("pacing "))
                .anyMatch(line -> line.endsWith("> PACING"))
                .anyMatch(line -> line.endsWith("by SLOW_START"));
        assertThat(info.retrans()).isEqualTo(count("again "));
        assertThat(info.losses()).isEqualTo(count("loss ") - count("loss probe "));
        assertThat(info.recoveries()).isEqualTo(count("recovery RECOVERY"));
        assertThat(info.pacingRate()).isPositive();
        assertThat(info.pacingLimited()).isPositive();
        assertThat(info.cwndLimited() + info.pacingLimited()).isGreaterThan(info.busy() / 2);
        assertThat(info.rcvRtt()).isPositive();
    }

    private long count(String beginning) {
        return sends.lines().stream().filter(line -> line.startsWith(beginning)).count();
    }
}
