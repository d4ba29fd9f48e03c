// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.util.HexFormat;
import java.util.Random;

import dev.tou.telemetry.DropReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** {@link SegmentEncoder} and {@link SegmentDecoder}, against bytes of other stacks, and against each other. */
class SegmentCodingTest {

    private static final int ALL = SegmentOptions.MSS
            | SegmentOptions.WINDOW_SCALE
            | SegmentOptions.SACK_PERMITTED
            | SegmentOptions.TIMESTAMPS
            | SegmentOptions.ACK_DELAY;

    private final Segment segment = new Segment();
    private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private int decode(String hex) {
        return SegmentDecoder.decode(bytes(hex), segment, rejection);
    }

    private static String encode(Segment segment) {
        int length = SegmentEncoder.headerBytes(segment.options());
        ByteBuf out = Unpooled.buffer(length).writerIndex(length);
        SegmentEncoder.write(out, 0, segment, segment.seq(), segment.controlBits(), length);
        return HexFormat.of().formatHex(out.array(), 0, length);
    }

    @Nested
    class BytesOfALinuxKernel {

        private static final String SYN =
                "a6f61451 bde5376c 00000000 a002faf0 00000000 020405b40402080af915a3d2000000000103030a";

        @Test
        void aSynIsRead() {
            assertThat(decode(SYN)).isEqualTo(40);
            assertThat(segment.sourcePort()).isEqualTo(42742);
            assertThat(segment.destinationPort()).isEqualTo(5201);
            assertThat(segment.seq()).isEqualTo(0xbde5376c);
            assertThat(segment.ack()).isZero();
            assertThat(segment.controlBits()).isEqualTo(ControlBits.SYN);
            assertThat(segment.window()).isEqualTo(64240);
            assertThat(segment.options().present()).isEqualTo(ALL & ~SegmentOptions.ACK_DELAY);
            assertThat(segment.options().mss()).isEqualTo(1460);
            assertThat(segment.options().windowScale()).isEqualTo(10);
            assertThat(segment.options().timestampValue()).isEqualTo(0xf915a3d2);
            assertThat(segment.options().timestampEcho()).isZero();
            assertThat(segment.length()).isEqualTo(1);
            assertThat(segment)
                    .hasToString("42742 > 5201 [SYN] seq 3185915756 ack 0 win 64240 len 0"
                            + " <mss 1460,wscale 10,sackOK,TS val 4178944978 ecr 0>");
        }

        /** The order of options is MSS, SACK permitted, timestamps, window scale. */
        @Test
        void aSynIsWrittenTheSame() {
            segment.header(42742, 5201, 0xbde5376c, 0, ControlBits.SYN, 64240);
            segment.options().windowScale(10);
            segment.options().timestamps(0xf915a3d2, 0);
            segment.options().sackPermitted();
            segment.options().mss(1460);
            assertThat(encode(segment)).isEqualTo(SYN.replace(" ", ""));
        }

        @Test
        void oursComesLast() {
            segment.header(1, 2, 3, 0, ControlBits.SYN, 0);
            segment.options().ackDelay(25, 8);
            segment.options().mss(1460);
            assertThat(encode(segment))
                    .isEqualTo("0001000200000003000000008002000000000000" + "020405b4" + "fd06746f19080100");
        }

        @Test
        void sackBlocksWithTimestamps() {
            segment.header(1, 2, 3, 4, ControlBits.ACK, 5);
            segment.options().timestamps(6, 7);
            segment.options().addSackBlock(-1, 9);
            assertThat(encode(segment))
                    .isEqualTo("000100020000000300000004b010000500000000"
                            + "0101080a0000000600000007"
                            + "0101050affffffff00000009");
        }

        @Test
        void sackBlocksAlone() {
            segment.header(1, 2, 3, 4, ControlBits.ACK, 5);
            segment.options().addSackBlock(8, 9);
            segment.options().addSackBlock(10, 11);
            assertThat(encode(segment))
                    .isEqualTo("000100020000000300000004a010000500000000" + "01010512000000080000000900"
                            + "00000a0000000b");
        }
    }

    @Nested
    class RoundTrip {

        // RFC 9293: MUST-69.
        /** Every set of the options of a SYN, and then of an acknowledgment with every number of SACK blocks. */
        @Test
        void everySetOfOptions() {
            for (int set = 0; set <= ALL; set++) {
                if ((set & ~ALL) == 0) {
                    fill(ControlBits.SYN, set, 0);
                    comesBack(lengthOf(set, 0));
                }
            }
            for (int timestamps = 0; timestamps <= SegmentOptions.TIMESTAMPS; timestamps += SegmentOptions.TIMESTAMPS) {
                int most = SegmentEncoder.maxSackBlocks(timestamps != 0);
                assertThat(most).isEqualTo(timestamps != 0 ? 3 : 4);
                for (int blocks = 0; blocks <= most; blocks++) {
                    fill(ControlBits.ACK, timestamps, blocks);
                    comesBack(lengthOf(timestamps, blocks));
                }
            }
        }

        private void fill(int bits, int set, int blocks) {
            Random random = new Random(set * 31 + blocks);
            segment.header(
                    1 + random.nextInt(65535),
                    1 + random.nextInt(65535),
                    random.nextInt(),
                    (bits & ControlBits.ACK) == 0 ? 0 : random.nextInt(),
                    bits,
                    random.nextInt(65536));
            SegmentOptions options = segment.options();
            if ((set & SegmentOptions.MSS) != 0) {
                options.mss(1 + random.nextInt(65535));
            }
            if ((set & SegmentOptions.SACK_PERMITTED) != 0) {
                options.sackPermitted();
            }
            if ((set & SegmentOptions.TIMESTAMPS) != 0) {
                options.timestamps(random.nextInt(), random.nextInt());
            }
            if ((set & SegmentOptions.WINDOW_SCALE) != 0) {
                options.windowScale(random.nextInt(15));
            }
            if ((set & SegmentOptions.ACK_DELAY) != 0) {
                options.ackDelay(random.nextInt(256), random.nextInt(256));
            }
            for (int i = 0; i < blocks; i++) {
                options.addSackBlock(random.nextInt(), random.nextInt());
            }
        }

        private static int lengthOf(int set, int blocks) {
            boolean timestamps = (set & SegmentOptions.TIMESTAMPS) != 0;
            return 20
                    + ((set & SegmentOptions.MSS) != 0 ? 4 : 0)
                    + (timestamps ? 12 : (set & SegmentOptions.SACK_PERMITTED) != 0 ? 4 : 0)
                    + ((set & SegmentOptions.WINDOW_SCALE) != 0 ? 4 : 0)
                    + ((set & SegmentOptions.ACK_DELAY) != 0 ? 8 : 0)
                    + (blocks > 0 ? 4 + 8 * blocks : 0);
        }

        private void comesBack(int length) {
            assertThat(SegmentEncoder.headerBytes(segment.options()))
                    .as(segment.toString())
                    .isEqualTo(length)
                    .isLessThanOrEqualTo(SegmentEncoder.MAX_HEADER_BYTES);
            String written = encode(segment);
            Segment read = new Segment();
            assertThat(SegmentDecoder.decode(bytes(written + "7465787421"), read, rejection))
                    .isEqualTo(length);
            assertThat(read).hasToString(segment.toString());
            assertThat(read.options().present()).isEqualTo(segment.options().present());
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 7})
        void headersAreWrittenInPlaceAndIndicesDoNotMove(int at) {
            ByteBuf out = Unpooled.buffer(100).writerIndex(3).readerIndex(2);
            segment.header(1, 2, 3, 4, ControlBits.ACK, 5);
            SegmentEncoder.write(out, at, segment, 9, ControlBits.ACK | ControlBits.PSH, 20);
            assertThat(out.writerIndex()).isEqualTo(3);
            assertThat(out.readerIndex()).isEqualTo(2);
            assertThat(HexFormat.of().formatHex(out.array(), at, at + 20))
                    .isEqualTo("0001000200000009000000045018000500000000");
            assertThat(out.getByte(at + 20)).isZero();
        }

        @Test
        void anAcknowledgmentFieldIsZeroWithoutAck() {
            segment.header(1, 2, 3, 4, ControlBits.RST, 0);
            assertThat(encode(segment)).isEqualTo("0001000200000003000000005004000000000000");
        }
    }

    @Nested
    class Malformed {

        private void rejected(String hex, DropReason reason) {
            assertThat(decode(hex)).as(hex).isEqualTo(-1);
            assertThat(rejection.reason()).isEqualTo(reason);
        }

        private static String header(String offsetAndBits) {
            return "00010002 00000003 00000004" + offsetAndBits + "0000 00000000";
        }

        @Test
        void shorterThanAHeader() {
            String full = header("5010").replace(" ", "");
            for (int bytes = 0; bytes < 20; bytes++) {
                rejected(full.substring(0, 2 * bytes), DropReason.TOO_SHORT);
            }
            assertThat(decode(full)).isEqualTo(20);
        }

        @Test
        void theDataOffset() {
            for (int offset = 0; offset < 16; offset++) {
                String hex = header(Integer.toHexString(offset) + "010");
                if (offset == 5) {
                    assertThat(decode(hex)).isEqualTo(20);
                } else {
                    rejected(hex, DropReason.BAD_DATA_OFFSET);
                }
            }
        }

        @Test
        void ports() {
            rejected("00000002 00000003 00000004 5010 0000 00000000", DropReason.BAD_PORT);
            rejected("00010000 00000003 00000004 5010 0000 00000000", DropReason.BAD_PORT);
        }

        /** RFC 9293 section 3.10.7 knows SYN, RST, ACK, each with ACK or without, and FIN with ACK. */
        @Test
        void controlBits() {
            for (int bits = 0; bits < 256; bits++) {
                int control = bits & (ControlBits.SYN | ControlBits.RST | ControlBits.ACK | ControlBits.FIN);
                boolean legal = switch (control) {
                    case ControlBits.SYN,
                            ControlBits.SYN | ControlBits.ACK,
                            ControlBits.RST,
                            ControlBits.RST | ControlBits.ACK,
                            ControlBits.RST | ControlBits.ACK | ControlBits.FIN,
                            ControlBits.ACK,
                            ControlBits.ACK | ControlBits.FIN -> true;
                    default -> false;
                };
                String hex = header(String.format("50%02x", bits));
                if (legal) {
                    assertThat(decode(hex)).as(ControlBits.toString(bits)).isEqualTo(20);
                    assertThat(segment.controlBits()).isEqualTo(bits);
                } else {
                    rejected(hex, DropReason.BAD_CONTROL_BITS);
                }
            }
        }

        @Test
        void reservedBitsAreIgnored() {
            assertThat(decode(header("5f10"))).isEqualTo(20);
            assertThat(segment.controlBits()).isEqualTo(ControlBits.ACK);
        }

        @Test
        void theUrgentPointerIsReadWithUrgOnly() {
            assertThat(decode("00010002 00000003 00000004 5030 0000 00001234")).isEqualTo(20);
            assertThat(segment.urgentPointer()).isEqualTo(0x1234);
            assertThat(decode("00010002 00000003 00000004 5010 0000 00001234")).isEqualTo(20);
            assertThat(segment.urgentPointer()).isZero();
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "an unknown kind without length, 010101fe",
            "a known one, 01010108",
            "length 0, 05000101",
            "length 1, 05010101",
            "length 0 of an unknown kind, fe000101",
            "length 1 of an unknown kind, fe010101",
            "behind the header, fe050101",
            "MSS of length 3, 02030101",
            "window scale of length 4, 03040101",
            "SACK permitted of length 3, 04030101",
            "SACK without a block, 05020101",
            "SACK of half a block, 0506010101010101",
            "SACK of a block and a half, 050e01010101010101010101010101010101",
            "timestamps of length 9, 080901010101010101010101",
            "timestamps of length 11, 080b01010101010101010101",
        })
        void anOption(String name, String options) {
            int words = 5 + options.length() / 8;
            rejected(header(Integer.toHexString(words) + "002") + options, DropReason.BAD_OPTION);
        }

        @Test
        void anOptionThatEndsWithTheHeaderIsFine() {
            assertThat(decode(header("6010") + "fe04ffff")).isEqualTo(24);
            assertThat(segment.options().present()).isZero();
            assertThat(decode(header("6010") + "01fe02fe"))
                    .as("a kind in the last byte")
                    .isEqualTo(-1);
            assertThat(decode(header("6010") + "0101fe02")).isEqualTo(24);
        }

        @Test
        void nothingIsReadBehindTheEndOfOptions() {
            assertThat(decode(header("7010") + "00000000 0206ffff")).isEqualTo(28);
        }

        @Test
        void optionsOfASynAreIgnoredOnOtherSegments() {
            assertThat(decode(header("a010") + "020405b40402080a00000001000000020103030a"))
                    .isEqualTo(40);
            assertThat(segment.options().present()).isEqualTo(SegmentOptions.TIMESTAMPS);
            assertThat(decode(header("7010") + "fd06746f19080100")).isEqualTo(28);
            assertThat(segment.options().present()).isZero();
        }

        @Test
        void somebodyElsesExperimentIsIgnored() {
            assertThat(decode(header("7002") + "fd06f98919080100")).isEqualTo(28);
            assertThat(decode(header("7002") + "fd04746f01010100")).isEqualTo(28);
            assertThat(segment.options().present()).isZero();
        }

        /** RFC 7323 section 2.3: "If a Window Scale option is received with a shift.cnt value larger than 14 ... use 14". */
        @Test
        void aShiftAbove14Is14() {
            assertThat(decode(header("6002") + "0303ff00")).isEqualTo(24);
            assertThat(segment.options().windowScale()).isEqualTo(14);
        }

        @Test
        void anMssOfZeroSaysNothing() {
            assertThat(decode(header("6002") + "02040000")).isEqualTo(24);
            assertThat(segment.options().has(SegmentOptions.MSS)).isFalse();
        }

        @Test
        void moreThanFourBlocksAreIgnored() {
            String block = "050a0000000100000002";
            assertThat(decode(header("f010") + block.repeat(4))).isEqualTo(60);
            assertThat(segment.options().sackBlocks()).isEqualTo(4);
            segment.options().addSackBlock(5, 6);
            assertThat(segment.options().sackBlocks()).isEqualTo(4);
        }

        @Test
        void whatWasRejectedLeavesNothingBehind() {
            rejected(
                    header("a010") + "080a00000001000000020509010101010101010101".substring(0, 40),
                    DropReason.BAD_OPTION);
            assertThat(decode(header("5010"))).isEqualTo(20);
            assertThat(segment.options().present()).isZero();
        }
    }

    // RFC 9293: MUST-67.
    @Test
    void theMssCountsWhatUdpCosts() {
        assertThat(Encapsulation.TCP_HEADER.overheadBytes()).isEqualTo(8);
        assertThat(Encapsulation.TCP_HEADER.mss(1500, 20)).isEqualTo(1452);
        assertThat(Encapsulation.TCP_HEADER.mss(1500, 40)).isEqualTo(1432);
    }
}
