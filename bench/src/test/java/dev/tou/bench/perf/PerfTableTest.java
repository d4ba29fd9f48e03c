// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The columns, with figures that are given: they are where iperf3 has them. */
class PerfTableTest {

    private static final long SECOND = TestPlan.SECOND;

    private static TestPlan plan(int streams, Direction direction) {
        return new TestPlan(streams, direction, 10 * SECOND, 0, 0, 128 << 10, 0, null);
    }

    private static SenderFigures figures(long retransmits, long cwnd, long rtt) {
        return new SenderFigures(retransmits, cwnd, 0, rtt, rtt / 2, 1500);
    }

    private static Span span(int stream, boolean sender, long bytes, long retransmits) {
        return new Span(
                stream, sender, bytes, SECOND, figures(100, 0, 0), figures(100 + retransmits, 1023 << 10, 43_200_000));
    }

    @Test
    void oneStream() {
        PerfTable table = new PerfTable(plan(1, Direction.FORWARD), new Amounts((char) 0), false);
        assertThat(table.header())
                .isEqualTo("[ ID] Interval           Transfer     Bitrate         Retr  Cwnd         RTT");
        assertThat(table.rows(new Interval(false, SECOND, 2 * SECOND, List.of(span(5, true, 1_170_378_588, 5)))))
                .containsExactly("[  5]   1.00-2.00   sec  1.09 GBytes  9.36 Gbits/sec    5   1023 KBytes   43.2 ms");
        assertThat(table.rows(new Interval(true, 9 * SECOND, 10 * SECOND, List.of(span(5, true, 0, 0)))))
                .containsExactly(
                        "[  5]   9.00-10.00  sec   0.00 Bytes   0.00 bits/sec    0   1023 KBytes   43.2 ms  (omitted)");
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        PerfTable table = new PerfTable(plan(1, Direction.REVERSE), new Amounts('m'), false);
        Span unknown = new Span(1, false, 1 << 20, SECOND, null, null);
        assertThat(table.rows(new Interval(false, 0, SECOND, List.of(unknown))))
                .containsExactly("[  1]   0.00-1.00   sec  1.00 MBytes  8.39 Mbits/sec");
        PerfTable server = new PerfTable(plan(1, Direction.FORWARD), new Amounts((char) 0), true);
        assertThat(server.header()).isEqualTo("[ ID] Interval           Transfer     Bitrate");
        assertThat(server.rows(new Interval(false, 0, SECOND, List.of(unknown))))
                .containsExactly("[  1]   0.00-1.00   sec  1.00 MBytes  8.39 Mbits/sec");
    }

    @Test
    void severalStreamsAndTheirSum() {
        PerfTable table = new PerfTable(plan(2, Direction.FORWARD), new Amounts((char) 0), false);
        List<Span> spans = List.of(span(1, true, 100_000_000, 3), span(2, true, 25_000_000, 12));
        assertThat(table.rows(new Interval(false, 0, SECOND, spans)))
                .containsExactly(
                        "[  1]   0.00-1.00   sec  95.4 MBytes   800 Mbits/sec    3   1023 KBytes   43.2 ms",
                        "[  2]   0.00-1.00   sec  23.8 MBytes   200 Mbits/sec   12   1023 KBytes   43.2 ms",
                        "[SUM]   0.00-1.00   sec   119 MBytes  1.00 Gbits/sec   15",
                        "- - - - - - - - - - - - - - - - - - - - - - - - -");
    }

    @Test
    void bothDirections() {
        PerfTable table = new PerfTable(plan(1, Direction.BOTH), new Amounts((char) 0), false);
        List<Span> spans = List.of(span(1, true, 100_000_000, 3), span(2, false, 25_000_000, 12));
        assertThat(table.header())
                .isEqualTo("[ ID][Role] Interval           Transfer     Bitrate         Retr  Cwnd         RTT");
        assertThat(table.rows(new Interval(false, 0, SECOND, spans)))
                .containsExactly(
                        "[  1][TX-C]   0.00-1.00   sec  95.4 MBytes   800 Mbits/sec    3   1023 KBytes   43.2 ms",
                        "[  2][RX-C]   0.00-1.00   sec  23.8 MBytes   200 Mbits/sec   12   1023 KBytes   43.2 ms");
    }

    @Test
    void theSummary() {
        PerfTable table = new PerfTable(plan(2, Direction.FORWARD), new Amounts((char) 0), false);
        Outcome outcome = new Outcome(
                List.of(both(1, 100_000_000, 99_000_000), both(2, 25_000_000, 24_000_000)), 0.5, 0.5, "cubic", "cubic");
        assertThat(table.summary(outcome))
                .containsExactly(
                        "[ ID] Interval           Transfer     Bitrate         Retr",
                        "[  1]   0.00-1.00   sec  95.4 MBytes   800 Mbits/sec    7             sender",
                        "[  1]   0.00-1.00   sec  94.4 MBytes   792 Mbits/sec                  receiver",
                        "[  2]   0.00-1.00   sec  23.8 MBytes   200 Mbits/sec    7             sender",
                        "[  2]   0.00-1.00   sec  22.9 MBytes   192 Mbits/sec                  receiver",
                        "[SUM]   0.00-1.00   sec   119 MBytes  1.00 Gbits/sec   14             sender",
                        "[SUM]   0.00-1.00   sec   117 MBytes   984 Mbits/sec                  receiver");
    }

    private static Outcome.Both both(int stream, long sent, long received) {
        return new Outcome.Both(
                stream, true, span(stream, true, sent, 7), new Span(stream, false, received, SECOND, null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.00 Bytes",
        "1023, 1023 Bytes",
        "1024, 1.00 KBytes",
        "10229, 9.99 KBytes",
        "10240, 10.0 KBytes",
        "102349, 100 KBytes",
        "1073741824, 1.00 GBytes",
        "1125899906842624, 1024 TBytes"
    })
    void bytesHaveFourCharactersOfANumber(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "k, 9390000 Kbits/sec",
        "m, 9390 Mbits/sec",
        "g, 9.39 Gbits/sec",
        "t, 0.01 Tbits/sec",
        "K, 1146240 KBytes/sec",
        "M, 1119 MBytes/sec",
        "G, 1.09 GBytes/sec",
        "T, 0.00 TBytes/sec"
    })
    void ratesInTheUnitThatWasAskedFor(char format, String text) {
        assertThat(new Amounts(format).rate(9.39e9)).isEqualTo(text);
    }
}
