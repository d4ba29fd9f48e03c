// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.connection.SynSentArrives.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.tou.connection.TestConnection.ISS;
import static org.assertj.core.api.Assertions.assertThat;

/** Written from RFC 9293 section 3.10.7.3, with SND.NXT = ISS + 1. */
class SynSentArrivesTest {

    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int PSH = 8;
    private static final int ACK = 16;

    @ParameterizedTest(name = "{0}, SEG.ACK = ISS + {1}: {2}")
    @CsvSource({
        // first: "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set, if so drop the
        // segment)"
        "ack,          0, REPLY_RESET",
        "ack,         -1, REPLY_RESET",
        "ack,          2, REPLY_RESET",
        "ack, 2000000000, REPLY_RESET",
        "syn ack,      0, REPLY_RESET",
        "syn ack,      2, REPLY_RESET",
        "fin ack,      2, REPLY_RESET",
        "rst ack,      0, DROP",
        "rst ack,      2, DROP",
        // second: "If the ACK was acceptable, then signal to the user 'error: connection reset' ... Otherwise (no ACK),
        // drop"
        "rst ack,      1, REFUSED",
        "rst,          1, DROP",
        "rst,          0, DROP",
        // fourth: "If the SYN bit is on and the security/compartment is acceptable ..."
        "syn ack,      1, ESTABLISH",
        "syn psh ack,  1, ESTABLISH",
        "syn,          1, SIMULTANEOUS_OPEN",
        "syn,          0, SIMULTANEOUS_OPEN",
        // fifth: "If neither of the SYN or RST bits is set, then drop the segment and return."
        "ack,          1, DROP",
        "fin ack,      1, DROP",
        "psh,          1, DROP",
    })
    void rfc9293Section3_10_7_3(String bits, int ack, Verdict verdict) {
        int mask = (bits.contains("fin") ? FIN : 0)
                | (bits.contains("syn") ? SYN : 0)
                | (bits.contains("rst") ? RST : 0)
                | (bits.contains("psh") ? PSH : 0)
                | (bits.contains("ack") ? ACK : 0);
        assertThat(SynSentArrives.check(TestConnection.synSent(), TestConnection.segment(12345, ISS + ack, mask, 0)))
                .isEqualTo(verdict);
    }
}
