// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class SegmentTest {

    private static final int SEQ = -3;

    private final Segment segment = new Segment();
    private final Segment next = new Segment();

    @AfterEach
    void release() {
        segment.text().clear();
        next.text().clear();
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static String textOf(Segment segment) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < segment.text().pieces(); i++) {
            all.append(segment.text().piece(i).toString(StandardCharsets.US_ASCII));
        }
        return all.toString();
    }

    private static Segment fill(Segment segment, int seq, int bits, String text) {
        segment.header(1, 2, seq, 100, bits, 500);
        segment.options().timestamps(7, 8);
        segment.received(text(text));
        return segment;
    }

    @Test
    void theHeaderForgetsWhatWasThere() {
        fill(segment, SEQ, ControlBits.ACK, "abc").urgentPointer(5);
        segment.text().clear();
        segment.header(3, 4, 5, 6, ControlBits.RST, 7);
        assertThat(segment.urgentPointer()).isZero();
        assertThat(segment.options().present()).isZero();
        assertThat(segment.largestTextBytes()).isZero();
        assertThat(segment.wireSegments()).isEqualTo(1);
        assertThat(segment).hasToString("3 > 4 [RST] seq 5 ack 6 win 7 len 0 <>");
    }

    @Test
    void synAndFinCountInTheSequenceSpace() {
        fill(segment, SEQ, ControlBits.SYN | ControlBits.ACK, "");
        assertThat(segment.length()).isEqualTo(1);
        assertThat(segment.end()).isEqualTo(SEQ + 1);
        fill(next, SEQ, ControlBits.ACK | ControlBits.FIN, "abc");
        assertThat(next.length()).isEqualTo(4);
        assertThat(next.end()).isEqualTo(1);
        assertThat(next.is(ControlBits.FIN | ControlBits.SYN)).as("one of them").isTrue();
        assertThat(next.is(ControlBits.RST)).isFalse();
    }

    @Nested
    class Trim {

        @Test
        void fromTheFrontTheSynComesFirst() {
            fill(segment, SEQ, ControlBits.SYN | ControlBits.ACK, "abc");
            segment.trimFront(0);
            assertThat(segment.is(ControlBits.SYN)).isTrue();
            segment.trimFront(1);
            assertThat(segment.is(ControlBits.SYN)).isFalse();
            assertThat(segment.seq()).isEqualTo(SEQ + 1);
            assertThat(textOf(segment)).isEqualTo("abc");
            segment.trimFront(2);
            assertThat(segment.seq()).isZero();
            assertThat(textOf(segment)).isEqualTo("c");
            assertThat(segment.length()).isEqualTo(1);
        }

        @Test
        void fromTheFrontTheFinStays() {
            fill(segment, SEQ, ControlBits.ACK | ControlBits.FIN, "abc");
            segment.trimFront(3);
            assertThat(segment.is(ControlBits.FIN)).isTrue();
            assertThat(segment.seq()).isZero();
            assertThat(segment.length()).isEqualTo(1);
        }

        @Test
        void fromTheEndTheFinGoesFirst() {
            fill(segment, SEQ, ControlBits.ACK | ControlBits.FIN, "abc");
            segment.trimBack(0);
            assertThat(segment.is(ControlBits.FIN)).isTrue();
            segment.trimBack(1);
            assertThat(segment.is(ControlBits.FIN)).isFalse();
            assertThat(textOf(segment)).isEqualTo("abc");
            segment.trimBack(2);
            assertThat(textOf(segment)).isEqualTo("a");
            assertThat(segment.seq()).isEqualTo(SEQ);
            assertThat(segment.end()).isEqualTo(SEQ + 1);
        }

        @Test
        void allOfIt() {
            fill(segment, SEQ, ControlBits.ACK | ControlBits.FIN, "abc");
            segment.trimBack(segment.length());
            assertThat(segment.length()).isZero();
            assertThat(segment.text().pieces()).isZero();
        }
    }

    @Nested
    class Merge {

        @Test
        void joinsTextAndKeepsCount() {
            fill(segment, SEQ, ControlBits.ACK, "abcde");
            assertThat(segment.merge(fill(next, SEQ + 5, ControlBits.ACK, "fghijkl")))
                    .isTrue();
            assertThat(next.text().bytes()).isZero();
            assertThat(segment.merge(fill(next, SEQ + 12, ControlBits.ACK | ControlBits.PSH, "m")))
                    .isTrue();
            assertThat(textOf(segment)).isEqualTo("abcdefghijklm");
            assertThat(segment.wireSegments()).isEqualTo(3);
            assertThat(segment.largestTextBytes()).isEqualTo(7);
            assertThat(segment.controlBits()).isEqualTo(ControlBits.ACK | ControlBits.PSH);
            assertThat(segment.seq()).isEqualTo(SEQ);
            assertThat(segment.end()).isEqualTo(SEQ + 13);
            assertThat(segment.merge(fill(next, SEQ + 13, ControlBits.ACK, "n")))
                    .as("behind PSH")
                    .isFalse();
        }

        @Test
        void aFinComesLast() {
            fill(segment, SEQ, ControlBits.ACK, "abc");
            assertThat(segment.merge(fill(next, SEQ + 3, ControlBits.ACK | ControlBits.FIN, "d")))
                    .isTrue();
            assertThat(segment.length()).isEqualTo(5);
            assertThat(segment.is(ControlBits.FIN)).isTrue();
            assertThat(segment.merge(fill(next, SEQ + 4, ControlBits.ACK, "e"))).isFalse();
        }

        @Test
        void withoutOptionsToo() {
            fill(segment, SEQ, ControlBits.ACK, "abc").options().clear();
            fill(next, SEQ + 3, ControlBits.ACK, "d").options().clear();
            assertThat(segment.merge(next)).isTrue();
        }

        static Stream<Arguments> differences() {
            return Stream.of(
                    difference("a gap", SEQ + 4, ControlBits.ACK, "d", s -> {}),
                    difference("an overlap", SEQ + 2, ControlBits.ACK, "d", s -> {}),
                    difference("the same again", SEQ, ControlBits.ACK, "abc", s -> {}),
                    difference("no text", SEQ + 3, ControlBits.ACK, "", s -> {}),
                    difference("a bare FIN", SEQ + 3, ControlBits.ACK | ControlBits.FIN, "", s -> {}),
                    difference("SYN", SEQ + 3, ControlBits.ACK | ControlBits.SYN, "d", s -> {}),
                    difference("RST", SEQ + 3, ControlBits.ACK | ControlBits.RST, "d", s -> {}),
                    difference("URG", SEQ + 3, ControlBits.ACK | ControlBits.URG, "d", s -> {}),
                    difference("ECE", SEQ + 3, ControlBits.ACK | ControlBits.ECE, "d", s -> {}),
                    difference("CWR", SEQ + 3, ControlBits.ACK | ControlBits.CWR, "d", s -> {}),
                    difference("no ACK", SEQ + 3, ControlBits.PSH, "d", s -> {}),
                    difference("window", SEQ + 3, ControlBits.ACK, "d", s -> s.window(501)),
                    difference(
                            "timestamp",
                            SEQ + 3,
                            ControlBits.ACK,
                            "d",
                            s -> s.options().timestamps(9, 8)),
                    difference(
                            "echo",
                            SEQ + 3,
                            ControlBits.ACK,
                            "d",
                            s -> s.options().timestamps(7, 9)),
                    difference(
                            "no timestamps",
                            SEQ + 3,
                            ControlBits.ACK,
                            "d",
                            s -> s.options().clear()),
                    difference(
                            "SACK",
                            SEQ + 3,
                            ControlBits.ACK,
                            "d",
                            s -> s.options().addSackBlock(1, 2)),
                    difference("ports", SEQ + 3, ControlBits.ACK, "d", s -> header(s, 9, 2, 100)),
                    difference("ports", SEQ + 3, ControlBits.ACK, "d", s -> header(s, 1, 9, 100)),
                    difference("acknowledgment", SEQ + 3, ControlBits.ACK, "d", s -> header(s, 1, 2, 101)));
        }

        private static Arguments difference(String name, int seq, int bits, String text, Consumer<Segment> change) {
            return Arguments.of(name, seq, bits, text, change);
        }

        private static void header(Segment segment, int source, int destination, int ack) {
            ByteBuf text = segment.text().take(0);
            segment.text().forget();
            segment.header(source, destination, segment.seq(), ack, segment.controlBits(), segment.window());
            segment.options().timestamps(7, 8);
            segment.received(text);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("differences")
        void isRefused(String name, int seq, int bits, String text, Consumer<Segment> change) {
            fill(segment, SEQ, ControlBits.ACK, "abc");
            fill(next, seq, bits, text);
            change.accept(next);
            int length = next.text().bytes();
            assertThat(segment.merge(next)).isFalse();
            assertThat(textOf(segment)).isEqualTo("abc");
            assertThat(segment.wireSegments()).isEqualTo(1);
            assertThat(segment.controlBits()).isEqualTo(ControlBits.ACK);
            assertThat(next.text().bytes()).as("it keeps its text").isEqualTo(length);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("differences")
        void isRefusedByWhatComesFirst(String name, int seq, int bits, String text, Consumer<Segment> change) {
            if (name.equals("a gap") || name.equals("an overlap") || name.equals("the same again")) {
                return; // these are about the order alone
            }
            fill(segment, SEQ, bits, text);
            change.accept(segment);
            fill(next, SEQ + text.length(), ControlBits.ACK, "d");
            assertThat(segment.merge(next)).isFalse();
        }
    }

    @Nested
    class References {

        @Test
        void anEmptyPieceIsReleasedAtOnce() {
            ByteBuf empty = Unpooled.buffer(8);
            segment.received(empty);
            assertThat(empty.refCnt()).isZero();
            assertThat(segment.text().pieces()).isZero();
        }

        @Test
        void piecesThatAreTrimmedAwayAreReleased() {
            ByteBuf[] pieces = new ByteBuf[20];
            for (int i = 0; i < pieces.length; i++) {
                pieces[i] = text("abcd");
                segment.text().add(pieces[i]);
            }
            assertThat(segment.text().bytes()).isEqualTo(80);
            segment.text().trimFront(10);
            segment.text().trimBack(9);
            assertThat(segment.text().bytes()).isEqualTo(61);
            assertThat(segment.text().pieces()).isEqualTo(16);
            for (int i = 0; i < pieces.length; i++) {
                assertThat(pieces[i].refCnt()).as("piece %s", i).isEqualTo(i < 2 || i > 17 ? 0 : 1);
            }
            assertThat(textOf(segment)).startsWith("cdab").endsWith("cdabc");
            segment.text().clear();
            assertThat(pieces).allSatisfy(piece -> assertThat(piece.refCnt()).isZero());
        }

        @Test
        void whatWasTakenIsTheTakers() {
            ByteBuf first = text("a");
            ByteBuf second = text("b");
            segment.text().add(first);
            segment.text().add(second);
            assertThat(segment.text().take(0)).isSameAs(first);
            segment.text().clear();
            assertThat(first.refCnt()).isEqualTo(1);
            assertThat(second.refCnt()).isZero();
            assertThat(segment.text().bytes()).isZero();
            first.release();
        }

        @Test
        void aMergeMovesReferences() {
            ByteBuf one = text("abc");
            ByteBuf two = text("d");
            segment.header(1, 2, SEQ, 0, ControlBits.ACK, 0).received(one);
            next.header(1, 2, SEQ + 3, 0, ControlBits.ACK, 0).received(two);
            assertThat(segment.merge(next)).isTrue();
            next.text().clear();
            assertThat(two.refCnt()).isEqualTo(1);
            segment.text().clear();
            segment.text().clear();
            assertThat(one.refCnt()).isZero();
            assertThat(two.refCnt()).isZero();
        }
    }
}
