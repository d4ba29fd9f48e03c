// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.SegmentEncoder;
import dev.tou.segment.SegmentOptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class NegotiatedOptionsTest {

    private static final int ALL = SegmentOptions.MSS
            | SegmentOptions.SACK_PERMITTED
            | SegmentOptions.TIMESTAMPS
            | SegmentOptions.WINDOW_SCALE
            | SegmentOptions.ACK_DELAY;

    private final ConnectionOptions own = new ConnectionOptions();
    private final SegmentOptions ours = new SegmentOptions();
    private final SegmentOptions peers = new SegmentOptions();

    private static void fill(SegmentOptions options, int set) {
        if ((set & SegmentOptions.MSS) != 0) {
            options.mss(1400);
        }
        if ((set & SegmentOptions.SACK_PERMITTED) != 0) {
            options.sackPermitted();
        }
        if ((set & SegmentOptions.TIMESTAMPS) != 0) {
            options.timestamps(7, 8);
        }
        if ((set & SegmentOptions.WINDOW_SCALE) != 0) {
            options.windowScale(9);
        }
        if ((set & SegmentOptions.ACK_DELAY) != 0) {
            options.ackDelay(30, 10);
        }
    }

    private NegotiatedOptions accepted(int set) {
        NegotiatedOptions negotiated = new NegotiatedOptions(own, false, ConnectionOptions.ACCEPTED_PATH_MTU);
        fill(peers, set);
        negotiated.accept(peers);
        return negotiated;
    }

    /** As in a flood, where one holder serves all. */
    @Test
    void anotherHandshakeBeginsWithNothing() {
        NegotiatedOptions negotiated = accepted(ALL);
        own.sack(false);
        own.timestamps(false);
        own.windowScaling(false);
        negotiated.begin(own, true, 1400);
        assertThat(negotiated)
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .isEqualTo(new NegotiatedOptions(own, true, 1400));
        negotiated.accept(new SegmentOptions());
        assertThat(negotiated.peerMss()).isEqualTo(1220);
        negotiated.accept(peers);
        assertThat(negotiated.sack() || negotiated.timestamps() || negotiated.scaling())
                .isFalse();
    }

    @Nested
    class OurSyn {

        @Test
        void offersAllAndFitsTheHeader() {
            new NegotiatedOptions(own, false, ConnectionOptions.ACCEPTED_PATH_MTU).offer(ours, 5);
            assertThat(ours.present()).isEqualTo(ALL);
            assertThat(ours.mss()).as("what a datagram of 1500 bytes carries").isEqualTo(1452);
            assertThat(ours.timestampValue()).isEqualTo(5);
            assertThat(ours.timestampEcho()).isZero();
            assertThat(SegmentEncoder.headerBytes(ours)).isLessThanOrEqualTo(60);
        }

        @Test
        void offersOnlyWhatIsOn() {
            own.sack(false);
            own.timestamps(false);
            own.windowScaling(false);
            new NegotiatedOptions(own, true, ConnectionOptions.ACCEPTED_PATH_MTU).offer(ours, 5);
            assertThat(ours.present()).isEqualTo(SegmentOptions.MSS | SegmentOptions.ACK_DELAY);
            assertThat(ours.mss()).as("IPv6").isEqualTo(1432);
        }

        @ParameterizedTest
        @CsvSource({"576, 1452", "9000, 8952", "65535, 65487", "1000000, 65535"})
        void announcesWhatWeAccept(int pathMtu, int mss) {
            own.pathMtu(pathMtu);
            new NegotiatedOptions(own, false, ConnectionOptions.ACCEPTED_PATH_MTU).offer(ours, 0);
            assertThat(ours.mss()).isEqualTo(mss);
        }
    }

    /** An option is in force when both SYNs carried it. */
    @Test
    void everySetAgainstEverySet() {
        for (int offered = 0; offered <= ALL; offered++) {
            for (int on = 0; on < 8; on++) {
                own.sack((on & 1) != 0);
                own.timestamps((on & 2) != 0);
                own.windowScaling((on & 4) != 0);
                peers.clear();
                NegotiatedOptions negotiated = accepted(offered & ALL);
                boolean sack = own.sack() && peers.has(SegmentOptions.SACK_PERMITTED);
                boolean timestamps = own.timestamps() && peers.has(SegmentOptions.TIMESTAMPS);
                boolean scaling = own.windowScaling() && peers.has(SegmentOptions.WINDOW_SCALE);
                assertThat(negotiated.sack()).isEqualTo(sack);
                assertThat(negotiated.timestamps()).isEqualTo(timestamps);
                assertThat(negotiated.scale()).isEqualTo(scaling ? 7 : 0); // 6 MiB
                assertThat(negotiated.peerScale()).isEqualTo(scaling ? 9 : 0);
                assertThat(negotiated.ownPeer()).isEqualTo(peers.has(SegmentOptions.ACK_DELAY));
                assertThat(negotiated.headerBytes()).isEqualTo(timestamps ? 32 : 20);

                ours.clear();
                negotiated.answer(ours, 11, 12);
                assertThat(ours.present() & ~peers.present())
                        .as("an answer to what was not offered")
                        .isZero();
                assertThat(SegmentEncoder.headerBytes(ours))
                        .as("no longer than the peer's SYN, so no amplifier")
                        .isLessThanOrEqualTo(SegmentEncoder.headerBytes(peers));
                assertThat(ours.has(SegmentOptions.SACK_PERMITTED)).isEqualTo(sack);
                assertThat(ours.has(SegmentOptions.TIMESTAMPS)).isEqualTo(timestamps);
                assertThat(ours.has(SegmentOptions.WINDOW_SCALE)).isEqualTo(scaling);
                if (timestamps) {
                    assertThat(ours.timestampValue()).isEqualTo(11);
                    assertThat(ours.timestampEcho()).isEqualTo(12);
                }
            }
        }
    }

    /** RFC 9293 section 3.7.1: 536 or 1220 when nothing is said, the smaller of both ends, options subtracted (MUST-15, MUST-16). */
    @ParameterizedTest(name = "peer {0}, path {1}, IPv6 {2}, timestamps {3}: {4}")
    @CsvSource({
        "   0,  1228, false, false,  536",
        "   0,  1228, false,  true,  524",
        "   0,  1500,  true, false, 1220",
        "   0,  1228,  true, false, 1160",
        "1460,  1228, false, false, 1180",
        "1460,  1228, false,  true, 1168",
        "1000,  1228, false,  true,  988",
        "1460,  1500, false,  true, 1440",
        "8952,  9000, false, false, 8952",
        "   1,  1228, false, false,  536",
        "   1,  1228, false,  true,  524",
    })
    void rfc9293Section3_7_1(int mss, int pathMtu, boolean ipv6, boolean timestamps, int text) {
        own.pathMtu(pathMtu);
        NegotiatedOptions negotiated = new NegotiatedOptions(own, ipv6, ConnectionOptions.ACCEPTED_PATH_MTU);
        if (mss > 0) {
            peers.mss(mss);
        }
        if (timestamps) {
            peers.timestamps(0, 0);
        }
        negotiated.accept(peers);
        assertThat(negotiated.segmentTextBytes()).isEqualTo(text);
    }

    /** The options of a channel can be changed by any thread at any time; what our SYN has said cannot. */
    @Test
    void whatTheSynHasSaidStands() {
        own.receiveBufferBytes(1 << 20);
        NegotiatedOptions negotiated = new NegotiatedOptions(own, false, ConnectionOptions.ACCEPTED_PATH_MTU);
        negotiated.offer(ours, 0);
        assertThat(ours.windowScale()).isEqualTo(5);
        own.receiveBufferBytes(1000);
        own.sack(false);
        own.timestamps(false);
        own.windowScaling(false);
        fill(peers, ALL);
        negotiated.accept(peers);
        assertThat(negotiated.scale()).isEqualTo(5);
        assertThat(negotiated.peerScale()).isEqualTo(9);
        assertThat(negotiated.sack()).isTrue();
        assertThat(negotiated.timestamps()).isTrue();
    }

    @Test
    void theDelayOfAnAcknowledgmentDependsOnThePeer() {
        NegotiatedOptions stranger = accepted(ALL & ~SegmentOptions.ACK_DELAY);
        assertThat(stranger.ackDelayMillis(false)).isEqualTo(40);
        assertThat(stranger.ackDelayMillis(true)).isEqualTo(40);
        assertThat(stranger.peerAckDelayMillis()).isZero();
        assertThat(stranger.peerPushAckDelayMillis()).isZero();
        NegotiatedOptions ownKind = accepted(ALL);
        assertThat(ownKind.ackDelayMillis(false)).isEqualTo(25);
        assertThat(ownKind.ackDelayMillis(true)).isEqualTo(8);
        assertThat(ownKind.peerAckDelayMillis()).isEqualTo(30);
        assertThat(ownKind.peerPushAckDelayMillis()).isEqualTo(10);
        own.delayedAckMillis(5);
        assertThat(ownKind.ackDelayMillis(false)).isEqualTo(5);
        assertThat(ownKind.ackDelayMillis(true)).isEqualTo(5);
        own.delayedAckMillis(500);
        assertThat(ownKind.ackDelayMillis(false)).as("what was told").isEqualTo(25);
        assertThat(ownKind.ackDelayMillis(true)).isEqualTo(8);
    }

    /** A peer of ours is told the truth: what the application allows, and then not more, whatever it allows later. */
    @Test
    void theDelayThatIsToldIsKept() {
        own.delayedAckMillis(5);
        NegotiatedOptions negotiated = accepted(ALL);
        negotiated.answer(ours, 0, 0);
        assertThat(ours.ackDelayMillis()).isEqualTo(5);
        assertThat(ours.pushAckDelayMillis()).isEqualTo(5);
        own.delayedAckMillis(40);
        assertThat(negotiated.ackDelayMillis(false)).isEqualTo(5);
        assertThat(negotiated.ackDelayMillis(true)).isEqualTo(5);
    }
}
