// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

/** What programs say becomes figures, and figures become a report. */
class FiguresTest {

    private static Histogram histogram(long... values) {
        Histogram histogram = new Histogram(3_600_000_000_000L, 3);
        for (long value : values) {
            histogram.recordValue(value);
        }
        return histogram;
    }

    /** The mean of the two medians would be 5500. */
    @Test
    void percentilesOfSeveralRunsAreThoseOfAllTheirValues() {
        Histogram all = RequestPart.merged(List.of(histogram(1000, 1000, 1000), histogram(10_000)));
        assertThat(all.getTotalCount()).isEqualTo(4);
        assertThat(all.getValueAtPercentile(50)).isCloseTo(1000, within(2L));
        assertThat(all.getMaxValue()).isCloseTo(10_000, within(20L));
    }

    @Test
    void aHistogramComesThroughAsText() {
        Histogram sent = histogram(21_000_000, 43_000_000, 3_599_000_000_000L);
        assertThat(Peer.decode(LinkPeerCommand.encode(sent))).isEqualTo(sent);
    }

    @Test
    void aLinkSaysWhatWasOfferedOrItIsAddedUp() throws IOException {
        Link.Counters ours = Link.Counters.of("""
                {"a_to_b":{"in_packets":10,"in_bytes":1000,"packets":7,"bytes":700,"queue_drops":1,"losses":2},
                 "b_to_a":{"in_packets":3,"in_bytes":120,"packets":3,"bytes":120,"queue_drops":0,"losses":0}}""");
        assertThat(ours.toB()).isEqualTo(new Link.Direction(10, 1000, 7, 700, 1, 2));
        assertThat(ours.offeredBytes()).isEqualTo(1120);
        Link.Counters another = Link.Counters.of("""
                {"a_to_b":{"packets":7,"bytes":700,"queue_drops":1,"losses":2,"dups":0,"marks":0},
                 "b_to_a":{"packets":3,"bytes":120,"queue_drops":0,"losses":0,"dups":0,"marks":0}}""");
        assertThat(another.toB()).isEqualTo(new Link.Direction(10, 700, 7, 700, 1, 2));
    }

    @Test
    void aLinkThatDiedHasNoCounters() {
        for (String words : new String[] {null, "null", "{}", "{\"a_to_b\":{\"packets\":7},\"b_to_a\":7}", "killed"}) {
            assertThatIOException().as(words).isThrownBy(() -> Link.Counters.of(words));
        }
    }

    @Test
    void allIsEveryPartInOrder() {
        Choice.Converter converter = new Choice.Converter();
        assertThat(converter.convert("all").parts()).containsExactly(Part.values());
        assertThat(converter.convert("rpc").parts()).containsExactly(Part.RPC);
        assertThatExceptionOfType(TypeConversionException.class).isThrownBy(() -> converter.convert("alles"));
    }

    @Test
    void onlyWhatTheLinkDidNotDropWasSentAgainWithoutNeed() {
        Link.Counters link = new Link.Counters(
                new Link.Direction(1000, 1_500_000, 970, 1_455_000, 20, 10), new Link.Direction(0, 0, 0, 0, 0, 0));
        assertThat(new Bulk.Outcome(1e6, 35, 0, link, null).spuriousShare()).isEqualTo(0.005);
        assertThat(new Bulk.Outcome(1e6, 12, 0, link, null).spuriousShare()).isZero();
    }

    @Test
    void aPartOfAnIntervalCountsInPart() throws IOException {
        var intervals = new ObjectMapper()
                .readTree(
                        "[{\"sum\":{\"start\":0,\"end\":1,\"bytes\":100}},{\"sum\":{\"start\":1,\"end\":2,\"bytes\":60}}]");
        Iperf.Outcome outcome = new Iperf.Outcome(0, 0, 0, intervals);
        assertThat(outcome.bytesBetween(0, 2)).isEqualTo(160);
        assertThat(outcome.bytesBetween(0.5, 1.5)).isEqualTo(80);
        assertThat(outcome.bytesBetween(1, 9)).isEqualTo(60);
    }

    @Test
    void aLinkIsDescribedByTheOptionsOfItsProgram() {
        LinkShape shape = LinkShape.of(100, 50, 0.25, 0.1);
        assertThat(shape.options())
                .containsExactly("--rate", "100", "--delay", "25", "--queue", "156250", "--loss", "0.1");
        assertThat(LinkShape.of(100, 50, 1, 0).reordering(3, 12.5, false).options())
                .containsExactly("--rate", "100", "--delay", "25", "--queue", "625000", "--hold", "3,12.5");
        assertThat(LinkShape.of(100, 50, 1, 0).reordering(3, 12.5, true).options())
                .endsWith("--reorder", "3");
    }

    @Test
    void aPartThatIsMeasuredAgainReplacesOnlyItself(@TempDir Path folder) throws IOException {
        LossyLinkReport report = new LossyLinkReport(folder, "2026-01-02");
        report.put(Part.GOODPUT, section("First", "old"), Map.of());
        report.put(Part.FAIRNESS, section("Second", "kept"), Map.of("seeds", "1 to 3"));
        report.put(Part.GOODPUT, section("First", "new"), Map.of());
        assertThat(Files.readString(folder.resolve("2026-01-02-lossy-link.md")))
                .contains("## First", "| new | 1 |", "## Second", "| kept | 1 |", "- seeds: 1 to 3")
                .doesNotContain("old");
        assertThat(Files.readString(folder.resolve("2026-01-02-lossy-link.json")))
                .contains("\"schema\" : 1", "kept");
    }

    private static Findings section(String title, String cell) {
        Findings section = new Findings(title, row -> {});
        section.table("a", "b");
        section.row(cell, "1");
        return section;
    }
}
