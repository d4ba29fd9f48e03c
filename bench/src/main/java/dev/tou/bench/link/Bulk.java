// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.JsonLines;
import dev.tou.bench.compare.Meter;
import dev.tou.telemetry.TcpFigure;

/** One connection that sends as much as it can from A to B, over a link of its own. */
final class Bulk {

    /** Text of the kernel's full segment on a link with an MTU of 1500 and with timestamps. */
    private static final int KERNEL_MSS = 1448;

    /**
     * What came of it.
     *
     * @param bitsPerSecond that the receiving program got, slow start included
     * @param retransmittedSegments by the sender's count
     * @param retransmittedBytes text sent again; the kernel's is segments x {@value #KERNEL_MSS}
     * @param link what the link has counted
     * @param details what else the sender knows
     */
    record Outcome(
            double bitsPerSecond,
            long retransmittedSegments,
            long retransmittedBytes,
            Link.Counters link,
            JsonNode details) {

        double mbit() {
            return bitsPerSecond / 1e6;
        }

        /** {@return segments sent again beyond those that the link dropped, as a share of the packets of this direction} */
        double spuriousShare() {
            Link.Direction data = link.toB();
            long needed = data.queueDrops() + data.losses();
            return Math.max(0.0, retransmittedSegments - needed) / data.offeredPackets();
        }

        Map<String, Object> fields() {
            return JsonLines.fields(
                    "bitsPerSecond", bitsPerSecond,
                    "retransmittedSegments", retransmittedSegments,
                    "retransmittedBytes", retransmittedBytes,
                    "link", link.fields(),
                    "details", details);
        }
    }

    /** The two runs of a pair. */
    record Pair(Outcome kernel, Outcome tou) {

        double ratio() {
            return tou.bitsPerSecond / kernel.bitsPerSecond;
        }

        Map<String, Object> fields() {
            return JsonLines.fields("kernel", kernel.fields(), "tou", tou.fields());
        }
    }

    private final Bench bench;

    Bulk(Bench bench) {
        this.bench = bench;
    }

    /** {@return pair number {@code n}, from 1; the odd ones begin with the kernel} */
    Pair pair(String what, LinkShape shape, int n) throws InterruptedException {
        if (n % 2 == 1) {
            Outcome kernel = kernel(what, shape, n);
            return new Pair(kernel, tou(what, shape, n));
        }
        Outcome tou = tou(what, shape, n);
        return new Pair(kernel(what, shape, n), tou);
    }

    Outcome kernel(String what, LinkShape shape, int n) throws InterruptedException {
        bench.progress("%s, pair %d of %d: kernel", what, n, bench.plan().runs());
        return bench.attempt(what + ", pair " + n + ", kernel", () -> {
            try (Link link = Link.start(bench.lab(), shape, bench.plan().seed() + n);
                    Iperf iperf = Iperf.start(
                            bench.lab(), link.addressOfB(), bench.plan().seconds())) {
                Iperf.Outcome done = iperf.finish();
                return new Outcome(
                        done.bitsPerSecond(), done.retransmits(), done.retransmits() * KERNEL_MSS, link.stop(), null);
            }
        });
    }

    Outcome tou(String what, LinkShape shape, int n) throws InterruptedException {
        bench.progress("%s, pair %d of %d: tou", what, n, bench.plan().runs());
        return bench.attempt(what + ", pair " + n + ", tou", () -> {
            try (Link link = Link.start(bench.lab(), shape, bench.plan().seed() + n)) {
                Peer a = bench.a();
                a.flood(LinkPeerCommand.TOU, link.addressOfB(), bench.b().port(LinkPeerCommand.TOU));
                Meter.Reading begin = bench.b().read();
                Bench.pause(bench.plan().seconds());
                Meter.Reading received = bench.b().read().since(begin);
                JsonNode info = a.info();
                a.closeConnection();
                Link.Counters counters = link.stop();
                requireAlive(info);
                return new Outcome(
                        received.bitsPerSecond(),
                        figure(info, TcpFigure.RETRANS),
                        figure(info, TcpFigure.BYTES_RETRANS),
                        counters,
                        info);
            }
        });
    }

    /** {@return a figure that the connection must have told} */
    private static long figure(JsonNode info, TcpFigure figure) {
        JsonNode value = info.path(figure.label());
        if (!value.isNumber()) {
            throw new IllegalStateException("no " + figure.label() + " in " + info);
        }
        return value.asLong();
    }

    static void requireAlive(JsonNode info) {
        if (!info.path("alive").asBoolean()) {
            throw new Failure(ExitCode.RESET, "tou's connection broke during the run.");
        }
    }
}
