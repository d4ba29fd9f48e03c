// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DatagramPacket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Moves 100 MB in datagrams of 1200 bytes and prints the rate; a program in the clothes of a test, and so never timed. */
@Tag("full")
class ThroughputTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int SIZE = 1200;
    private static final int COUNT = 100_000_000 / SIZE;

    @Test
    void trains() {
        measure("trains of 50 segments, no bottleneck", LinkProfile.IDEAL.delay(Duration.ofMillis(1)), 50);
    }

    @Test
    void trainsThroughBottleneck() {
        LinkProfile profile = LinkProfile.IDEAL.delay(Duration.ofMillis(1)).rate(10_000_000_000L, 8 << 20);
        measure("trains of 50 segments, 10 Gbit/s", profile, 50);
    }

    @Test
    void singles() {
        LinkProfile profile = LinkProfile.IDEAL.delay(Duration.ofMillis(1)).rate(10_000_000_000L, 8 << 20);
        measure("single datagrams, 10 Gbit/s", profile, 1);
    }

    private static void measure(String what, LinkProfile profile, int segments) {
        for (int round = 0; round < 5; round++) {
            try (SimulatedNetwork network = new SimulatedNetwork(7).countBuffers()) {
                SimHost a = network.addHost("a", "10.0.0.1");
                SimHost b = network.addHost("b", "10.0.0.2");
                network.link(a, b, profile);
                Simulation simulation = new Simulation(network);
                UdpUser sink = UdpUser.bind(simulation, b, b.address(9)).counting();
                sink.channel.config().setReceiveBufferSize(8 << 20);
                UdpUser source = UdpUser.connect(simulation, a, b.address(9));
                ByteBuf train =
                        network.allocator().directBuffer(SIZE * segments).writeZero(SIZE * segments);
                long start = System.nanoTime();
                long startCpu = THREADS.getCurrentThreadCpuTime();
                for (int sent = 0; sent < COUNT; ) {
                    for (int burst = 0; burst < 1000 && sent < COUNT; burst += segments, sent += segments) {
                        if (segments == 1) {
                            source.channel.write(
                                    new DatagramPacket(train.retainedDuplicate(), b.address(9)),
                                    source.channel.voidPromise());
                        } else {
                            source.sendTrain(b.address(9), SIZE, train.retainedDuplicate());
                        }
                    }
                    source.channel.flush();
                    simulation.advance(Duration.ofMillis(2));
                }
                simulation.runUntilIdle();
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuSeconds = (THREADS.getCurrentThreadCpuTime() - startCpu) / 1e9;
                train.release();
                assertThat(network.bytesInUse()).isZero();
                assertThat(sink.datagrams).isGreaterThanOrEqualTo(COUNT);
                System.out.printf(
                        "%s: %.0f datagrams/s, %.0f per second of CPU, %d steps%n",
                        what, sink.datagrams / seconds, sink.datagrams / cpuSeconds, simulation.steps());
            }
        }
    }
}
