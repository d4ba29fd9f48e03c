// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.grid;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.tou.simulation.LinkProfile;

/**
 * One path: a bottleneck with a drop-tail queue and independent loss on the way to the receiver, a clean way back.
 *
 * @param rttMicros the round trip without a queue
 * @param bitsPerSecond the rate of the bottleneck
 * @param bufferBdp its queue, in products of rate and round trip
 * @param lossPercent of the datagrams that the queue has taken
 */
record Cell(long rttMicros, long bitsPerSecond, double bufferBdp, double lossPercent) {

    private static final long[] RTT_MICROS = {100, 1_000, 10_000, 50_000, 100_000, 300_000};
    private static final long[] RATES = {1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000L};
    private static final double[] BUFFERS = {0.1, 0.5, 1, 4};
    private static final double[] LOSSES = {0, 0.01, 0.1, 1, 3, 10};

    private static final int PACKET_BYTES = 1500;
    /** No queue is smaller, whatever the product: with none at all, nothing would pass. */
    private static final int LEAST_QUEUE_BYTES = 4 * PACKET_BYTES;

    private static final int TEXT_BYTES = 1168;
    private static final int MOST_SEGMENTS = 200_000;
    private static final int LEAST_SEGMENTS = 500;
    private static final double LEAST_SECONDS = 2;
    private static final double LEAST_ROUND_TRIPS = 100;

    static List<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        for (long rtt : RTT_MICROS) {
            for (long rate : RATES) {
                for (double buffer : BUFFERS) {
                    for (double loss : LOSSES) {
                        cells.add(new Cell(rtt, rate, buffer, loss));
                    }
                }
            }
        }
        return cells;
    }

    /** {@return the same number for the same cell, on any machine and in any order of cells} */
    long seed() {
        long seed = rttMicros;
        seed = seed * 0x9E3779B97F4A7C15L + bitsPerSecond;
        seed = seed * 0x9E3779B97F4A7C15L + Math.round(bufferBdp * 1000);
        seed = seed * 0x9E3779B97F4A7C15L + Math.round(lossPercent * 1000);
        return seed >>> 1;
    }

    LinkProfile up() {
        return down().loss(lossPercent / 100).rate(bitsPerSecond, queueBytes());
    }

    LinkProfile down() {
        return LinkProfile.IDEAL.delay(Duration.ofNanos(rttMicros * 500));
    }

    private double bdpBytes() {
        return bitsPerSecond / 8.0 * rttMicros / 1e6;
    }

    private int queueBytes() {
        return (int) Math.max(LEAST_QUEUE_BYTES, Math.min(Integer.MAX_VALUE, Math.round(bdpBytes() * bufferBdp)));
    }

    /** {@return how much to send: what fills the path for two seconds or a hundred round trips, within limits} */
    long bytes() {
        double seconds = Math.max(LEAST_SECONDS, LEAST_ROUND_TRIPS * rttMicros / 1e6);
        double wanted = bitsPerSecond / 8.0 * seconds;
        return (long) Math.max((long) LEAST_SEGMENTS * TEXT_BYTES, Math.min((long) MOST_SEGMENTS * TEXT_BYTES, wanted));
    }

    /** {@return its place in the table} */
    String name() {
        return String.format(
                Locale.ROOT,
                "%8s ms %6d Mbit/s %5s BDP %6s %%",
                number(rttMicros / 1e3),
                bitsPerSecond / 1_000_000,
                number(bufferBdp),
                number(lossPercent));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    @Override
    public String toString() {
        return name().trim().replaceAll(" +", " ");
    }
}
