// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.Arrays;

import dev.tou.telemetry.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.flags;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** Bytes that no TCP sends: dropped and counted, and the connection lives on (PROTOCOL A1, A10). */
class HostileSegmentTest extends ScriptedTest {

    private static final int PEER_FIRST = IRS + 1;

    private void isUnharmed() {
        app.isOpen();
        peer.sends(data("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    private void dropped(DropReason reason, byte[] datagram) {
        long before = script.drops(reason);
        peer.sendsBytes(datagram);
        peer.expectsNothingFor(ms(10));
        assertThat(script.drops(reason))
                .as(reason + " of " + Arrays.toString(datagram))
                .isEqualTo(before + 1);
    }

    // --- control bits ---

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            ints = {
                0,
                WireSegment.FIN,
                WireSegment.URG | WireSegment.PSH | WireSegment.FIN,
                WireSegment.SYN | WireSegment.FIN,
                WireSegment.SYN | WireSegment.FIN | WireSegment.ACK,
                WireSegment.SYN | WireSegment.RST,
                WireSegment.RST | WireSegment.FIN,
                0xFF
            })
    void nonsensicalControlBitsAreDropped(int bits) {
        accepted();
        dropped(DropReason.BAD_CONTROL_BITS, flags(bits).seq(PEER_FIRST).bytesFor(peer));
        dropped(
                DropReason.BAD_CONTROL_BITS,
                flags(bits).seq(PEER_FIRST).text("evil").bytesFor(peer));
        isUnharmed();
    }

    // RFC 8257 and 3168: bits of congestion notification mean nothing to us.
    @Test
    void bitsOfCongestionNotificationAreIgnored() {
        accepted();
        peer.sends(flags(WireSegment.ACK | 0x40 | 0x80).text("hello").seq(PEER_FIRST));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    @Test
    void aSynWithCongestionNotificationIsASyn() {
        listens();
        peer.sends(flags(WireSegment.SYN | 0x40 | 0x80).seq(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
    }

    // --- urgent data: RFC 6093, in band like all other ---

    // RFC 9293: MUST-30, MUST-31, MUST-62.
    @ParameterizedTest(name = "pointer {0}")
    @ValueSource(ints = {0, 1, 3, 5, 6, 65_535})
    void urgentTextIsInBand(int pointer) {
        accepted();
        peer.sends(data("hello").urg(pointer));
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    @Test
    void urgentTextInABurstIsInBand() {
        accepted();
        peer.sendsTogether(data("a"), data("b").urg(1), data("c").urg(0xFFFF), data("d"));
        app.received("abcd");
        peer.expects(ack(PEER_FIRST + 4)).now();
    }

    // --- options ---

    // RFC 9293: MUST-7.
    @Test
    void brokenOptionsAreDropped() {
        accepted();
        int[][] broken = {
            {99, 0, 0, 0}, // an unknown option of length 0
            {99, 1, 0, 0}, // and 1
            {99, 5, 0, 0}, // longer than what is left
            {1, 1, 1, 99}, // no length at all
            {1, 1, 1, 8}, // timestamps without a length
            {8, 10, 0, 0}, // cut off
            {8, 3, 0, 0}, // a wrong length
            {2, 3, 0, 0}, // an MSS of one byte
            {3, 4, 0, 0}, // a scale of two bytes
            {4, 3, 0, 0}, // SACK permitted with a value
            {5, 2, 0, 0}, // SACK without a block
            {5, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, // half a block
        };
        for (int[] option : broken) {
            SegmentScript line = data("evil").seq(PEER_FIRST).rawOptions(option);
            dropped(DropReason.BAD_OPTION, line.bytesFor(peer));
        }
        isUnharmed();
    }

    // RFC 9293: MUST-4, MUST-5, MUST-6, MUST-64, MUST-65, MUST-68.
    @Test
    void oddButLegalOptionsAreTaken() {
        accepted();
        int[][] odd = {
            {},
            {0, 0, 0, 0},
            {1, 1, 1, 1, 1, 1, 1, 0},
            {0, 99, 0, 7}, // behind the end of the list anything may stand
            {99, 2, 99, 2},
            {2, 4, 0, 1}, // an MSS where there is no SYN
            {3, 3, 14, 0},
            {4, 2, 0, 0},
            {253, 2, 0, 0},
            {
                1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 1
            },
            {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, // timestamps that nobody has agreed on
            {1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, // SACK that nobody has agreed on
        };
        for (int[] option : odd) {
            peer.sends(data("x").rawOptions(option));
            peer.expects(ack(peer.nxt()).options()).now();
        }
        app.received("x".repeat(odd.length));
        app.writes(1001);
        peer.expects(data(1000)).now();
        peer.expects(data(1)).now();
        peer.sends(ack(ISS + 1002));
    }

    @Test
    void aSynWithBrokenOptionsIsDropped() {
        listens();
        peer.sendsBytes(syn(IRS).mss(1000).rawOptions(99, 1, 0, 0).bytesFor(peer));
        peer.expectsNothingFor(seconds(3));
        assertThat(script.drops(DropReason.BAD_OPTION)).isEqualTo(1);
    }

    // --- datagrams ---

    @Test
    void whatIsShorterThanAHeaderIsDropped() {
        accepted();
        byte[] whole = data("").seq(PEER_FIRST).bytesFor(peer);
        for (int length = 0; length < 20; length++) {
            dropped(DropReason.TOO_SHORT, Arrays.copyOf(whole, length));
        }
        isUnharmed();
    }

    @Test
    void aBadDataOffsetIsDropped() {
        accepted();
        byte[] segment = data("evil").seq(PEER_FIRST).bytesFor(peer);
        for (int words = 0; words < 16; words++) {
            segment[12] = (byte) (words << 4);
            if (words < 5 || words > 6) {
                dropped(DropReason.BAD_DATA_OFFSET, segment);
            }
        }
        isUnharmed();
    }

    @Test
    void aPortOfZeroIsDropped() {
        accepted();
        dropped(DropReason.BAD_PORT, data("evil").from(0).bytesFor(peer));
        dropped(DropReason.BAD_PORT, data("evil").to(0).bytesFor(peer));
        isUnharmed();
    }

    @Test
    void aDatagramLargerThanAnnouncedIsDropped() {
        accepted();
        dropped(DropReason.TRUNCATED, data(8953).seq(PEER_FIRST).bytesFor(peer));
        peer.sends(data(8952).seq(PEER_FIRST));
        app.received(8952);
        peer.expects(ack(PEER_FIRST + 8952)).now();
    }

    // Reserved bits are to be ignored (RFC 9293 section 3.1), the checksum is UDP's business.
    // RFC 9293: MUST-2, MUST-3.
    @Test
    void reservedBitsAndTheChecksumAreIgnored() {
        accepted();
        byte[] segment = data("hello").seq(PEER_FIRST).bytesFor(peer);
        segment[12] |= 0x0F;
        segment[16] = 0x12;
        segment[17] = 0x34;
        peer.sendsBytes(segment);
        app.received("hello");
        peer.expects(ack(PEER_FIRST + 5)).now();
    }

    // A connection that does not exist is no reason for anything but a reset, as large as its cause at most.
    @Test
    void nonsenseToAListenerIsDropped() {
        listens();
        for (int bits : new int[] {0, WireSegment.PSH, WireSegment.URG, WireSegment.FIN, 0xFF}) {
            peer.sendsBytes(flags(bits).seq(IRS).bytesFor(peer));
        }
        peer.expectsNothingFor(seconds(3));
    }
}
