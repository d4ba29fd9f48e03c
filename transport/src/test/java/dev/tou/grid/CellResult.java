// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.grid;

import java.util.Locale;

import dev.tou.scenario.PathReport;
import dev.tou.scenario.Scenario;
import io.netty.channel.ChannelOption;

/**
 * What came of a cell.
 *
 * @param goodputPercent of the rate, the headers of the packets not counted
 * @param lostPercent of the segments with text
 * @param retransmittedPerLost bytes sent again, per byte lost; without a loss, 0 or infinite
 * @param timeouts of the retransmission timer
 */
record CellResult(
        Cell cell,
        double goodputPercent,
        double lostPercent,
        double retransmittedPerLost,
        long timeouts,
        PathReport report) {

    /** Wide enough that neither host's memory is what limits. */
    private static final int BUFFER_BYTES = 256 << 20;

    static CellResult of(Cell cell) {
        try (Scenario scenario = new Scenario(cell.seed())) {
            scenario.path(cell.up(), cell.down())
                    .udpBuffers(2 * BUFFER_BYTES)
                    .client(client -> client.option(ChannelOption.SO_SNDBUF, BUFFER_BYTES))
                    .server(server -> server.option(ChannelOption.SO_RCVBUF, BUFFER_BYTES));
            PathReport report = scenario.report(cell.bytes());
            scenario.settle();
            return new CellResult(
                    cell,
                    report.bitsPerSecond() / cell.bitsPerSecond() * 100,
                    100.0 * report.lostSegments() / report.textSegments(),
                    report.lostBytes() > 0
                            ? (double) report.retransmittedBytes() / report.lostBytes()
                            : report.retransmittedBytes() > 0 ? Double.POSITIVE_INFINITY : 0,
                    report.timeouts(),
                    report);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("cell " + cell + ", seed " + cell.seed() + ": " + e.getMessage(), e);
        }
    }

    /** {@return its line in the table, in which a change of less than the last digit is none} */
    String line() {
        return String.format(
                Locale.ROOT,
                "%s %8.1f %8.2f %8.2f %8d",
                cell.name(),
                goodputPercent,
                lostPercent,
                retransmittedPerLost,
                timeouts);
    }
}
