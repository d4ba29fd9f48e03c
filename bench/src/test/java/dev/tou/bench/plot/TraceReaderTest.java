// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is a trace, what is none, and what is left out of one and said to be. */
class TraceReaderTest {

    private static final String EVENT =
            "{\"e\":\"sent\",\"c\":1,\"t\":5,\"seq\":1,\"textBytes\":10,\"segments\":1,\"controlBits\":16}\n";
    private static final String END = "{\"e\":\"end\",\"t\":9,\"events\":1,\"dropped\":0}\n";

    @Test
    void aWholeTraceHasNoRemarks() throws IOException {
        Trace trace = HandTrace.read(HandTrace.CLIENT);
        assertThat(trace.remarks()).isEmpty();
        assertThat(trace.skipped()).isZero();
        assertThat(trace.events()).isEqualTo(22);
        assertThat(trace.version()).isEqualTo("0.1.0");
        assertThat(trace.connections()).singleElement().satisfies(connection -> {
            assertThat(connection.name()).isEqualTo("10.0.0.1:1000 to 10.0.0.2:2000");
            assertThat(connection.firstNanos()).isEqualTo(1e6);
            assertThat(connection.lastNanos()).isEqualTo(191e6);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\n",
                "{}\n",
                "[1,2]\n",
                "7\n",
                "{\"schema\":1}\n",
                "{\"schema\":1,\"event\":\"ping\"}\n",
                "{\"schema\":1,\"tou\":\"tra",
                "\n{\"schema\":1,\"tou\":\"trace\"}\n",
                "\0\0\0\0",
                "[[[[[[[[[["
            })
    void whatHasNoHeadIsNoTrace(String text) {
        assertThatThrownBy(() -> HandTrace.read(text))
                .isInstanceOfSatisfying(Failure.class, e -> assertThat(e.exit()).isEqualTo(ExitCode.UNREADABLE))
                .hasMessage("hand.jsonl is neither a trace nor a log of latencies; give a file that --trace or"
                        + " \"tou ping --hlog\" wrote.");
    }

    @Test
    void aLaterSchemaIsRefusedAndTheVersionNamed() {
        String head = "{\"schema\":2,\"tou\":\"trace\",\"version\":\"9.1\",\"began\":\"2026-01-31T12:00:00Z\"}\n";
        assertThatThrownBy(() -> HandTrace.read(head))
                .isInstanceOfSatisfying(Failure.class, e -> assertThat(e.exit()).isEqualTo(ExitCode.UNREADABLE))
                .hasMessageContaining("schema 2, and this tou reads 1")
                .hasMessageContaining("version 9.1");
    }

    @Test
    void halfALastLineIsLeftOut() throws IOException {
        Trace trace = HandTrace.read(HandTrace.HEAD + EVENT + EVENT.substring(0, 30));
        assertThat(trace.events()).isEqualTo(1);
        assertThat(trace.skipped()).isEqualTo(1);
        assertThat(trace.remarks()).singleElement().asString().contains("cut short");
    }

    @Test
    void connectionsThatDoNothingAreBounded() throws IOException {
        StringBuilder lines = new StringBuilder(HandTrace.HEAD);
        for (int c = 1; c <= TraceReader.MOST_CONNECTIONS + 2; c++) {
            lines.append("{\"e\":\"connection\",\"c\":").append(c).append(",\"t\":1}\n");
        }
        Trace trace = HandTrace.read(lines + EVENT + END);
        assertThat(trace.connections()).hasSize(TraceReader.MOST_CONNECTIONS);
        assertThat(trace.events()).as("of those that were read, all").isEqualTo(1);
        assertThat(trace.skipped()).isEqualTo(2);
        assertThat(trace.remarks())
                .containsExactly("Only the first 10 000 connections of hand.jsonl were read; "
                        + "2 lines of others were left out.");
    }

    @Test
    void aTraceWithoutItsLastLineSaysSo() throws IOException {
        assertThat(HandTrace.read(HandTrace.HEAD + EVENT).remarks())
                .containsExactly("hand.jsonl has no last line: its writer was killed, or is still writing.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "[]",
                "{\"e\":\"sent\",\"c\":1}",
                "{\"e\":\"sent\",\"t\":1}",
                "{\"e\":\"sent\",\"c\":1,\"t\":\"1\"}",
                "{\"e\":\"sent\",\"c\":1,\"t\":5,\"seq\":1,\"textBytes\":\"many\",\"segments\":1,\"controlBits\":16}",
                "{\"e\":\"sent\",\"c\":1,\"t\":5,\"seq\":1,\"textBytes\":1e99,\"segments\":1,\"controlBits\":16}",
                "{\"e\":\"limit\",\"c\":1,\"t\":5,\"before\":\"IDLE\",\"limit\":\"WEATHER\"}",
                "{\"c\":1,\"t\":5}"
            })
    void aLineThatIsNoEventIsCountedAndSkipped(String line) throws IOException {
        Trace trace = HandTrace.read(HandTrace.HEAD + EVENT + line + "\n" + EVENT + END);
        assertThat(trace.events()).isEqualTo(2);
        assertThat(trace.remarks()).containsExactly("1 line of hand.jsonl could not be understood and was left out.");
    }

    @Test
    void anEndlessLineIsNotKept() throws IOException {
        String line = "{\"e\":\"sent\",\"x\":\"" + "y".repeat(3_000_000) + "\"}\n";
        Trace trace = HandTrace.read(HandTrace.HEAD + line + EVENT + END);
        assertThat(trace.events()).isEqualTo(1);
        assertThat(trace.skipped()).isEqualTo(1);
    }

    @Test
    void eventsOfALaterVersionAreCountedByName() throws IOException {
        String later = "{\"e\":\"ecnMark\",\"c\":1,\"t\":6,\"count\":1}\n";
        Trace trace = HandTrace.read(HandTrace.HEAD + EVENT + later + later + END);
        assertThat(trace.events()).isEqualTo(1);
        assertThat(trace.remarks())
                .containsExactly("Events of hand.jsonl that this tou does not know were left out: ecnMark (2).");
    }

    @Test
    void whatTheWriterDroppedIsSaid() throws IOException {
        Trace trace = HandTrace.read(HandTrace.HEAD + EVENT + "{\"e\":\"dropped\",\"t\":6,\"count\":1234}\n" + END);
        assertThat(trace.remarks()).singleElement().asString().startsWith("1 234 events are missing");
    }

    @Test
    void timeThatGoesBackDoesNotTearACurve() throws IOException {
        String early = EVENT.replace("\"t\":5", "\"t\":2").replace("\"seq\":1", "\"seq\":11");
        ConnectionTrace connection = HandTrace.read(HandTrace.HEAD + EVENT + early + END)
                .connections()
                .get(0);
        assertThat(connection.sending.sent.x(1)).isEqualTo(5);
    }

    @Test
    void windowsLineEndsAreLineEnds() throws IOException {
        Trace trace = HandTrace.read((HandTrace.HEAD + EVENT + END).replace("\n", "\r\n"));
        assertThat(trace.events()).isEqualTo(1);
        assertThat(trace.remarks()).isEmpty();
    }
}
