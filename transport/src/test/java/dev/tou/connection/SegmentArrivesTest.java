// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.concurrent.TimeUnit;

import dev.tou.connection.SegmentArrives.Verdict;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static dev.tou.connection.TestConnection.IRS;
import static dev.tou.connection.TestConnection.ISS;
import static dev.tou.connection.TestConnection.NXT;
import static dev.tou.connection.TestConnection.PEER_WINDOW;
import static dev.tou.connection.TestConnection.SENT;
import static dev.tou.connection.TestConnection.TS_RECENT;
import static dev.tou.connection.TestConnection.UNA;
import static dev.tou.connection.TestConnection.WINDOW;
import static dev.tou.connection.TestConnection.segment;
import static org.assertj.core.api.Assertions.assertThat;

/** Written from RFC 9293 section 3.10.7.4, RFC 5961 and RFC 7323 section 5. */
class SegmentArrivesTest {

    private static final int ACK = ControlBits.ACK;
    private static final int FIN = ControlBits.FIN;
    private static final int RST = ControlBits.RST;
    private static final int SYN = ControlBits.SYN;

    private TransmissionControlBlock tcb = TestConnection.in(TcpState.ESTABLISHED, false);

    private Verdict check(Segment segment) {
        return SegmentArrives.check(tcb, segment, 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = TcpState.class,
            names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
    void theSynchronizedStatesShareOnePath(TcpState state) {
        tcb = TestConnection.in(state, false);
        assertThat(check(segment(NXT, UNA, ACK, 0))).isEqualTo(Verdict.PROCEED);
        assertThat(check(segment(NXT, UNA + SENT, ACK, 10))).isEqualTo(Verdict.PROCEED);
        assertThat(check(segment(NXT - 1, UNA, ACK, 0))).isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
        assertThat(check(segment(NXT, 0, RST, 0))).isEqualTo(Verdict.RESET);
        assertThat(check(segment(NXT + 1, 0, RST, 0))).isEqualTo(Verdict.CHALLENGE_RESET);
        assertThat(check(segment(NXT, 0, SYN, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
        assertThat(check(segment(NXT, UNA + SENT + 1, ACK, 0))).isEqualTo(Verdict.CHALLENGE_ACK);
    }

    @Nested
    class FirstTheSequenceNumber {

        @ParameterizedTest(name = "RCV.NXT + {0}, {1} bytes: {2}")
        @CsvSource({
            "   0,    0, PROCEED",
            " 999,    0, PROCEED",
            "1000,    0, PROCEED", // from a peer that has filled the window; not in the RFC, but in Linux
            "1001,    0, ACKNOWLEDGE_OUT_OF_WINDOW",
            "  -1,    0, ACKNOWLEDGE_OUT_OF_WINDOW",
            "   0, 1000, PROCEED",
            "   0, 2000, PROCEED",
            " -10,   10, ACKNOWLEDGE_OUT_OF_WINDOW",
            " -10,   11, PROCEED",
            " 999,    1, PROCEED",
            "1000,    1, ACKNOWLEDGE_OUT_OF_WINDOW",
        })
        void isTheSegmentAcceptable(int seq, int bytes, Verdict verdict) {
            assertThat(check(segment(NXT + seq, UNA, ACK, bytes))).isEqualTo(verdict);
        }

        @ParameterizedTest(name = "RCV.NXT + {0}, {1} bytes: {2} bytes from RCV.NXT + {3}")
        @CsvSource({
            "  0,   50,   50,   0",
            "-10,   50,   40,   0",
            "500,  600,  500, 500",
            "-10, 1200, 1000,   0",
        })
        void itIsTrimmedToTheWindow(int seq, int bytes, int left, int from) {
            Segment segment = segment(NXT + seq, UNA, ACK | FIN, bytes);
            assertThat(check(segment)).isEqualTo(Verdict.PROCEED);
            assertThat(segment.seq()).isEqualTo(NXT + from);
            assertThat(segment.text().bytes()).isEqualTo(left);
            assertThat(segment.is(FIN)).as("a FIN that is in the window").isEqualTo(seq + bytes < WINDOW);
        }

        @Test
        void oldTextIsAcknowledgedAtOnce() {
            check(segment(NXT, UNA, ACK, 10));
            assertThat(tcb.acknowledgments.isDueNow()).isFalse();
            check(segment(NXT - 5, UNA, ACK, 10));
            assertThat(tcb.acknowledgments.isDueNow()).isTrue();
        }

        @Test
        void anOldFinAloneIsOutOfTheWindow() {
            assertThat(check(segment(NXT - 1, UNA, ACK | FIN, 0))).isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
            Segment behindOldText = segment(NXT - 5, UNA, ACK | FIN, 5);
            assertThat(check(behindOldText)).isEqualTo(Verdict.PROCEED);
            assertThat(behindOldText.is(FIN)).isTrue();
            assertThat(behindOldText.seq()).isEqualTo(NXT);
        }

        /** "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept valid ACKs". */
        @Test
        void aClosedWindowTakesAcknowledgmentsAndNoText() {
            tcb.rcv.advance(WINDOW);
            int nxt = NXT + WINDOW;
            assertThat(check(segment(nxt, UNA + 5, ACK, 0))).isEqualTo(Verdict.PROCEED);
            assertThat(tcb.acknowledgments.isDueNow()).isFalse();
            Segment probe = segment(nxt, UNA + 5, ACK | FIN, 1);
            assertThat(check(probe)).isEqualTo(Verdict.PROCEED);
            assertThat(probe.length()).isZero();
            assertThat(tcb.acknowledgments.isDueNow()).as("a probe is answered").isTrue();
            assertThat(check(segment(nxt + 1, UNA + 5, ACK, 0))).isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
            assertThat(check(segment(nxt - 1, UNA + 5, ACK, 0))).isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
            assertThat(check(segment(nxt, 0, RST, 0))).isEqualTo(Verdict.RESET);
            assertThat(check(segment(nxt, 0, RST, 10)))
                    .as("a reset may say why (RFC 1122 section 4.2.2.12)")
                    .isEqualTo(Verdict.RESET);
            assertThat(check(segment(nxt + 1, 0, RST, 10))).isEqualTo(Verdict.DROP_RESET);
            assertThat(check(segment(nxt - 1, 0, RST, 10))).isEqualTo(Verdict.DROP_RESET);
        }
    }

    @Nested
    class SecondTheResetBit {

        /** RFC 5961 section 3.2: only the exact sequence number resets; in the window a challenge; outside, silence. */
        @ParameterizedTest(name = "RCV.NXT + {0}: {1}")
        @CsvSource({
            "0, RESET",
            "1, CHALLENGE_RESET",
            "999, CHALLENGE_RESET",
            "1000, DROP_RESET",
            "-1, DROP_RESET",
            "2147483647, DROP_RESET",
            "-2147483648, DROP_RESET"
        })
        void rfc5961Section3_2(int seq, Verdict verdict) {
            assertThat(check(segment(NXT + seq, 0, RST, 0))).isEqualTo(verdict);
            assertThat(check(segment(NXT + seq, UNA, RST | ACK, 0))).isEqualTo(verdict);
            assertThat(check(segment(NXT + seq, UNA + 1_000_000, RST | ACK, 0)))
                    .as("its acknowledgment does not matter")
                    .isEqualTo(verdict);
        }
    }

    @Nested
    class FourthTheSynBit {

        /** RFC 5961 section 4.2: "irrespective of the sequence number, TCP MUST send an ACK (also referred to as challenge ACK)". */
        @ParameterizedTest
        @CsvSource({"0", "1", "999", "1000", "-1", "-100000", "2147483647"})
        void rfc5961Section4_2(int seq) {
            assertThat(check(segment(NXT + seq, 0, SYN, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
            assertThat(check(segment(NXT + seq, UNA, SYN | ACK, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
        }

        /** A peer that has restarted knows nothing of our timestamps. */
        @Test
        void whateverItsTimestamp() {
            tcb = TestConnection.in(TcpState.ESTABLISHED, true);
            assertThat(check(segment(NXT + 5000, 0, SYN, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
            Segment old = segment(NXT + 5000, 0, SYN, 0);
            old.options().timestamps(TS_RECENT - 1000, 0);
            assertThat(check(old)).isEqualTo(Verdict.CHALLENGE_SYN);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT);
        }
    }

    @Nested
    class FifthTheAcknowledgment {

        @Test
        void withoutAckItIsDropped() {
            assertThat(check(segment(NXT, 0, ControlBits.PSH, 10))).isEqualTo(Verdict.DROP_NO_ACK);
        }

        /** RFC 5961 section 5.2: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT, all else is challenged. */
        @ParameterizedTest(name = "SND.UNA + {0}: {1}")
        @CsvSource({
            "0, PROCEED", "1, PROCEED", "500, PROCEED", "501, CHALLENGE_ACK",
            "-1, PROCEED", "-400, PROCEED", "-401, CHALLENGE_ACK", "2147483647, CHALLENGE_ACK"
        })
        void rfc5961Section5_2(int ack, Verdict verdict) {
            assertThat(SENT).isEqualTo(500);
            assertThat(PEER_WINDOW).isEqualTo(400);
            Segment segment = segment(NXT - 5, UNA + ack, ACK, 10);
            assertThat(check(segment)).isEqualTo(verdict);
            assertThat(segment.text().bytes()).isEqualTo(verdict == Verdict.PROCEED ? 5 : 10);
        }
    }

    @Nested
    class InSynReceived {

        @Test
        void ourSynMustBeAcknowledged() {
            tcb = TestConnection.synReceived(false);
            assertThat(check(segment(NXT, ISS + 1, ACK, 0))).isEqualTo(Verdict.PROCEED);
            assertThat(check(segment(NXT, ISS + 1, ACK | FIN, 5))).isEqualTo(Verdict.PROCEED);
            assertThat(check(segment(NXT, ISS, ACK, 0))).isEqualTo(Verdict.REPLY_RESET);
            assertThat(check(segment(NXT, ISS - 1, ACK, 0))).isEqualTo(Verdict.REPLY_RESET);
            assertThat(check(segment(NXT, ISS + 2, ACK, 0))).isEqualTo(Verdict.REPLY_RESET);
            assertThat(check(segment(NXT, 0, ControlBits.PSH, 1))).isEqualTo(Verdict.DROP_NO_ACK);
        }

        @Test
        void resetsAreJudgedAsEverywhere() {
            tcb = TestConnection.synReceived(false);
            assertThat(check(segment(NXT, 0, RST, 0))).isEqualTo(Verdict.RESET);
            assertThat(check(segment(NXT + 1, 0, RST, 0))).isEqualTo(Verdict.CHALLENGE_RESET);
            assertThat(check(segment(NXT - 1, 0, RST, 0))).isEqualTo(Verdict.DROP_RESET);
        }

        @Test
        void theSameSynMeansThatOurAnswerWasLost() {
            tcb = TestConnection.synReceived(false);
            assertThat(check(segment(IRS, 0, SYN, 0))).isEqualTo(Verdict.REPEAT_SYN_ACK);
            assertThat(check(segment(IRS + 1, 0, SYN, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
            assertThat(check(segment(IRS - 1, 0, SYN, 0))).isEqualTo(Verdict.CHALLENGE_SYN);
        }

        /** RFC 7323 section 4.3: the answer to the repeated SYN echoes that one. */
        @Test
        void theSameSynHasANewerTimestamp() {
            tcb = TestConnection.synReceived(true);
            for (int newer : new int[] {10, 20, 15}) {
                Segment syn = segment(IRS, 0, SYN, 0);
                syn.options().timestamps(TS_RECENT + newer, 0);
                assertThat(check(syn)).isEqualTo(Verdict.REPEAT_SYN_ACK);
            }
            assertThat(check(segment(IRS, 0, SYN, 0))).isEqualTo(Verdict.REPEAT_SYN_ACK);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT + 20);
        }

        /** RFC 9293 figure 7, lines 5 and 6. */
        @Test
        void theSameSynWithAnAcknowledgmentEndsASimultaneousOpen() {
            tcb = TestConnection.synReceived(false);
            Segment synAck = segment(IRS, ISS + 1, SYN | ACK, 3);
            assertThat(check(synAck)).isEqualTo(Verdict.PROCEED);
            assertThat(synAck.is(SYN)).isFalse();
            assertThat(synAck.seq()).isEqualTo(NXT);
            assertThat(synAck.text().bytes()).isEqualTo(3);
            assertThat(tcb.acknowledgments.isDueNow())
                    .as("the peer may wait for it")
                    .isTrue();
            assertThat(check(segment(IRS, ISS, SYN | ACK, 0))).isEqualTo(Verdict.REPLY_RESET);
        }
    }

    /** RFC 7323 section 5.3, R1 to R3. */
    @Nested
    class Timestamps {

        Timestamps() {
            tcb = TestConnection.in(TcpState.ESTABLISHED, true);
        }

        private Segment stamped(int seq, int bits, int bytes, int timestamp) {
            Segment segment = segment(seq, UNA, bits, bytes);
            segment.options().timestamps(timestamp, 0);
            return segment;
        }

        @Test
        void anOldOneIsNotAcceptable() {
            assertThat(check(stamped(NXT, ACK, 10, TS_RECENT - 1))).isEqualTo(Verdict.ACKNOWLEDGE_OLD_TIMESTAMP);
            assertThat(check(stamped(NXT, ACK, 10, TS_RECENT))).isEqualTo(Verdict.PROCEED);
            assertThat(check(stamped(NXT, ACK, 10, TS_RECENT + 20)))
                    .as("it wraps")
                    .isEqualTo(Verdict.PROCEED);
            assertThat(check(stamped(NXT, ACK, 10, TS_RECENT + 19))).isEqualTo(Verdict.ACKNOWLEDGE_OLD_TIMESTAMP);
        }

        /** Section 3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment". */
        @Test
        void aSegmentWithoutIsDropped() {
            assertThat(check(segment(NXT, UNA, ACK, 10))).isEqualTo(Verdict.DROP_WITHOUT_TIMESTAMP);
        }

        /** Section 5.2: "PAWS ... does not apply to <RST> segments". */
        @Test
        void aResetIsExempt() {
            assertThat(check(stamped(NXT, RST, 0, TS_RECENT - 1000))).isEqualTo(Verdict.RESET);
            assertThat(check(segment(NXT, 0, RST, 0))).isEqualTo(Verdict.RESET);
            assertThat(check(stamped(NXT, RST, 0, TS_RECENT + 1000))).isEqualTo(Verdict.RESET);
            assertThat(tcb.timestamps.recent()).as("and says nothing").isEqualTo(TS_RECENT);
        }

        /** Section 5.5: a timestamp of 24 days ago is not compared with any more. */
        @Test
        void aRememberedOneGrowsStale() {
            long days24 = TimeUnit.DAYS.toNanos(24);
            Segment old = stamped(NXT, ACK, 0, TS_RECENT - 1000);
            assertThat(SegmentArrives.check(tcb, old, days24)).isEqualTo(Verdict.ACKNOWLEDGE_OLD_TIMESTAMP);
            assertThat(SegmentArrives.check(tcb, old, days24 + 1)).isEqualTo(Verdict.PROCEED);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT - 1000);
            assertThat(SegmentArrives.check(tcb, stamped(NXT, ACK, 0, TS_RECENT - 1001), days24 + 2))
                    .isEqualTo(Verdict.ACKNOWLEDGE_OLD_TIMESTAMP);
        }

        /** R3: "If an arriving segment satisfies SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent, then record". */
        @Test
        void isRememberedFromWhatWasExpected() {
            check(stamped(NXT, ACK, 10, TS_RECENT + 1));
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT + 1);
            check(stamped(NXT + 1, ACK, 10, TS_RECENT + 2));
            assertThat(tcb.timestamps.recent()).as("behind a gap").isEqualTo(TS_RECENT + 1);
            tcb.rcv.advance(10);
            check(stamped(NXT, ACK, 20, TS_RECENT + 3));
            assertThat(tcb.timestamps.recent())
                    .as("partly received, and not acknowledged yet")
                    .isEqualTo(TS_RECENT + 3);
            check(stamped(NXT + 10, ACK, 20, TS_RECENT + 4));
            assertThat(tcb.timestamps.recent())
                    .as("the last acknowledgment did not get here")
                    .isEqualTo(TS_RECENT + 3);
        }

        /** R2 comes before R3: what is outside the window is rejected, and must not poison what is remembered. */
        @Test
        void isNotRememberedFromOutsideTheWindow() {
            assertThat(check(stamped(NXT - 50_000, ACK, 10, TS_RECENT + 1_000_000)))
                    .isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
            assertThat(check(stamped(NXT - 1, ACK, 0, TS_RECENT + 1_000_000)))
                    .isEqualTo(Verdict.ACKNOWLEDGE_OUT_OF_WINDOW);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT);
        }

        /** RFC 5961 section 5: who does not know what we have sent is nobody to be believed. */
        @Test
        void isNotRememberedFromAnUnacceptableAcknowledgment() {
            Segment blind = segment(NXT, UNA + 1_000_000, ACK, 10);
            blind.options().timestamps(TS_RECENT + 1_000_000, 0);
            assertThat(check(blind)).isEqualTo(Verdict.CHALLENGE_ACK);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT);
        }

        @Test
        void isCheckedInSynReceivedToo() {
            tcb = TestConnection.synReceived(true);
            assertThat(check(stamped(NXT, ACK, 0, TS_RECENT - 1))).isEqualTo(Verdict.ACKNOWLEDGE_OLD_TIMESTAMP);
            assertThat(check(stamped(NXT, ACK, 0, TS_RECENT + 1))).isEqualTo(Verdict.PROCEED);
            assertThat(tcb.timestamps.recent()).isEqualTo(TS_RECENT + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            mode = Mode.EXCLUDE,
            names = {"PROCEED", "RESET"})
    void whatIsDroppedHasAReason(Verdict verdict) {
        assertThat(verdict.reason()).isNotNull().isInstanceOf(DropReason.class);
    }
}
