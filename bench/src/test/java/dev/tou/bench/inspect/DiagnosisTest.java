// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said of figures, with figures that are known. */
class DiagnosisTest {

    private static final long SECOND = 1_000_000_000L;

    private static Row row(Object... namesAndValues) {
        Map<String, Object> items = new HashMap<>(Map.of(
                "state",
                "ESTABLISHED",
                "age",
                10 * SECOND,
                "mss",
                1000L,
                "rtt",
                50_000_000L,
                "cwnd",
                64_000L,
                "snd_wnd",
                65_535L,
                "snd_buf",
                128_000L,
                "rcv_buf",
                100_000L,
                "pacing_rate",
                1_250_000L));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            items.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Row(items);
    }

    private static Row earlier(Object... namesAndValues) {
        Row row = row(namesAndValues);
        row.items().put("age", 9 * SECOND);
        return row;
    }

    @Test
    void ofTheLastSecond() {
        Diagnosis diagnosis = new Diagnosis(
                row("rwnd_limited", 1_830_000_000L, "app_limited", 150_000_000L, "snd_wnd", 0L),
                earlier("rwnd_limited", SECOND));
        assertThat(diagnosis.main()).isEqualTo(Diagnosis.Limit.RECEIVE_WINDOW);
        assertThat(diagnosis.shares().get(Diagnosis.Limit.RECEIVE_WINDOW)).isEqualTo(0.83);
        assertThat(diagnosis.sentence())
                .isEqualTo("limited by the receive window for 83 % of the last second: the peer reads slowly, or not at"
                        + " all; it takes 0 B more; by the application for 15 %");
    }

    @Test
    void ofItsLife() {
        assertThat(new Diagnosis(row("cwnd_limited", 6 * SECOND), null).sentence())
                .isEqualTo("limited by the congestion window for 60 % of the time since it began: the path bears"
                        + " 62.5 KiB in a round trip of 50 ms; idle for 40 %");
    }

    /** Another one with the same addresses: what it has is all its own. */
    @Test
    void aYoungerConnectionIsAnother() {
        Row young = row("age", SECOND / 2, "app_limited", SECOND / 4, "bytes_sent", 5L);
        Diagnosis diagnosis = new Diagnosis(young, earlier("app_limited", 5 * SECOND, "bytes_sent", 500L));
        assertThat(diagnosis.shares().get(Diagnosis.Limit.APPLICATION)).isEqualTo(0.5);
        assertThat(diagnosis.rates()).isEmpty();
    }

    @Test
    void everyLimitHasItsReason() {
        for (Diagnosis.Limit limit : Diagnosis.Limit.values()) {
            Diagnosis diagnosis = new Diagnosis(row(limit.label() + "_limited", 10 * SECOND), null);
            assertThat(diagnosis.main()).isEqualTo(limit);
            assertThat(diagnosis.sentence())
                    .contains(" for 100 % of the time since it began: ")
                    .doesNotContain(";;");
        }
    }

    @Test
    void nearlyAllIsNotAll() {
        assertThat(new Diagnosis(row("app_limited", 9_990_000_000L), null).sentence())
                .contains("for 99 % of");
    }

    @Test
    void ratesCountFreshBytes() {
        Diagnosis diagnosis = new Diagnosis(
                row("bytes_sent", 225_000L, "bytes_retrans", 100_000L, "retrans", 7L, "bytes_received", 1000L),
                earlier());
        assertThat(diagnosis.rates()).isEqualTo("sends 1.0 Mbit/s, receives 8.0 kbit/s, 7 segments sent again");
        assertThat(new Diagnosis(row("bytes_sent", 225_000L), null).rates()).isEmpty();
    }

    /** What a probe repeats was seldom lost; whose copy came twice the figures do not tell. */
    @Test
    void whatCameTwiceIsComparedWithTheProbes() {
        assertThat(rates(7, 5, 5))
                .endsWith(
                        ", 7 segments sent again; 5 came twice, says the peer (DSACK), as many as tail loss probes left (5)");
        assertThat(rates(7, 2, 5))
                .endsWith("; 2 came twice, says the peer (DSACK), fewer than tail loss probes left (5)");
        assertThat(rates(7, 6, 1))
                .endsWith("; 6 came twice, says the peer (DSACK), more than tail loss probes left (1)");
        assertThat(rates(7, 6, 0)).endsWith("; 6 came twice, says the peer (DSACK)");
        assertThat(rates(7, 0, 5)).endsWith(", 7 segments sent again");
        Row ofItsLife = row("cwnd_limited", 10 * SECOND, "retrans", 1L, "dsack_dups", 1L, "loss_probes", 1L);
        assertThat(new Diagnosis(ofItsLife, null).sentence())
                .endsWith(
                        "; 1 segment sent again; 1 came twice, says the peer (DSACK), as many as tail loss probes left (1)");
        assertThat(new Diagnosis(ofItsLife, earlier()).sentence()).doesNotContain("sent again");
    }

    private static String rates(long again, long twice, long probes) {
        return new Diagnosis(row("retrans", again, "dsack_dups", twice, "loss_probes", probes), earlier()).rates();
    }

    @Test
    void remarks() {
        assertThat(new Diagnosis(row(), null).remarks()).isEmpty();
        assertThat(new Diagnosis(row("state", "CLOSE-WAIT"), null).remarks())
                .containsExactly("the peer has closed, and the application has not yet");
        assertThat(new Diagnosis(row("unread", 60_000L), null).remarks())
                .containsExactly("the application reads slowly: 58.6 KiB are unread");
        assertThat(new Diagnosis(row("backoff", 3L, "rto", 8 * SECOND), null).remarks())
                .containsExactly("the peer is silent: 3 timeouts in a row, and the next try within 8.00 s");
        assertThat(new Diagnosis(row("orphan", true, "state", "FIN-WAIT-1"), null).remarks())
                .hasSize(1);
    }
}
