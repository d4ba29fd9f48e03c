// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;

/** Text with gaps, twice, and overlapping (RFC 9293 section 3.10.7.4, RFC 5681 section 4.2, RFC 2018 section 4). */
class OutOfOrderTest extends ScriptedTest {

    /** The sequence number of the first byte. */
    private static final int FIRST = IRS + 1;

    private void acceptedWithSack() {
        accepted(syn(IRS).mss(1000).sackOk(), server -> {});
    }

    // RFC 5681 section 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order segment
    // arrives."
    // RFC 9293: SHLD-31.
    @Test
    void aGapDrawsADuplicateAcknowledgmentAtOnce() {
        accepted();
        peer.sends(data("world").seq(FIRST + 5));
        peer.expects(ack(FIRST).options()).now();
        peer.sends(data("!").seq(FIRST + 10));
        peer.expects(ack(FIRST).options()).now();
        app.receivedNothing();
        peer.sends(data("hello").seq(FIRST));
        peer.expects(ack(FIRST + 11)).now();
        app.received("helloworld!");
    }

    // Each segment is worth a duplicate of its own where nothing else tells how much came.
    @Test
    void aBurstOutOfOrderDrawsAsManyDuplicates() {
        accepted();
        peer.sendsTogether(
                data(100).seq(FIRST + 100),
                data(100).seq(FIRST + 200),
                data(100).seq(FIRST + 300));
        peer.expects(ack(FIRST)).now();
        peer.expects(ack(FIRST)).now();
        peer.expects(ack(FIRST)).now();
        peer.sends(data(100).seq(FIRST));
        peer.expects(ack(FIRST + 400)).now();
        app.received(400);
    }

    @Test
    void aBurstOutOfOrderDrawsOneAcknowledgmentWithABlock() {
        acceptedWithSack();
        peer.sendsTogether(
                data(100).seq(FIRST + 100),
                data(100).seq(FIRST + 200),
                data(100).seq(FIRST + 300));
        peer.expects(ack(FIRST).sack(FIRST + 100, FIRST + 400)).now();
        peer.sends(data(100).seq(FIRST));
        peer.expects(ack(FIRST + 400).options()).now();
        app.received(400);
    }

    // RFC 2018 section 4: "The first SACK block ... MUST specify the contiguous block of data containing the segment
    // which triggered this ACK", then the most recently reported ones.
    @Test
    void blocksAreReportedMostRecentFirst() {
        acceptedWithSack();
        peer.sends(data(10).seq(FIRST + 20));
        peer.expects(ack(FIRST).sack(FIRST + 20, FIRST + 30)).now();
        peer.sends(data(10).seq(FIRST + 60));
        peer.expects(ack(FIRST).sack(FIRST + 60, FIRST + 70, FIRST + 20, FIRST + 30))
                .now();
        peer.sends(data(10).seq(FIRST + 40));
        peer.expects(ack(FIRST).sack(FIRST + 40, FIRST + 50, FIRST + 60, FIRST + 70, FIRST + 20, FIRST + 30))
                .now();
        // It joins the oldest block, which so becomes the most recent.
        peer.sends(data(10).seq(FIRST + 30));
        peer.expects(ack(FIRST).sack(FIRST + 20, FIRST + 50, FIRST + 60, FIRST + 70))
                .now();
        peer.sends(data(20).seq(FIRST));
        peer.expects(ack(FIRST + 50).sack(FIRST + 60, FIRST + 70)).now();
        peer.sends(data(10).seq(FIRST + 50));
        peer.expects(ack(FIRST + 70).options()).now();
        app.received(70);
    }

    // RFC 2018 section 3: four blocks fill the 40 bytes of options, three beside timestamps.
    @Test
    void thereIsRoomForFourBlocks() {
        acceptedWithSack();
        for (int i = 1; i <= 5; i++) {
            peer.sends(data(10).seq(FIRST + 20 * i));
            if (i < 5) {
                peer.expects(ack(FIRST)).now();
            }
        }
        peer.expects(ack(FIRST)
                        .options("sack")
                        .sack(
                                FIRST + 100,
                                FIRST + 110,
                                FIRST + 80,
                                FIRST + 90,
                                FIRST + 60,
                                FIRST + 70,
                                FIRST + 40,
                                FIRST + 50))
                .now();
    }

    @Test
    void thereIsRoomForThreeBlocksBesideTimestamps() {
        accepted(syn(IRS).mss(1000).sackOk().ts(1, 0), server -> {});
        for (int i = 1; i <= 4; i++) {
            peer.sends(data(10).seq(FIRST + 20 * i));
            if (i < 4) {
                peer.expects(ack(FIRST)).now();
            }
        }
        peer.expects(ack(FIRST)
                        .options("ts", "sack")
                        .sack(FIRST + 80, FIRST + 90, FIRST + 60, FIRST + 70, FIRST + 40, FIRST + 50))
                .now();
    }

    // RFC 5681 section 4.2: "SHOULD send an immediate ACK when it receives a data segment that fills in all or part of
    // a gap".
    @Test
    void aPartOfAGapIsAcknowledgedAtOnce() {
        accepted();
        usesUpQuickAcks();
        int next = peer.nxt();
        peer.sends(data(10).seq(next + 20));
        peer.expects(ack(next)).now();
        peer.sends(data(10).seq(next));
        peer.expects(ack(next + 10)).now();
        peer.sends(data(10).seq(next + 10));
        peer.expects(ack(next + 30)).now();
        app.received(190);
    }

    private void usesUpQuickAcks() {
        for (int i = 0; i < 16; i++) {
            peer.sends(data(10));
            peer.expects(ack(peer.nxt())).now();
        }
    }

    // Where text overlaps, the byte that came first stays (PROTOCOL A5): nobody can rewrite what was acknowledged.
    @Test
    void theFirstByteWins() {
        accepted();
        peer.sends(data("CDEF").seq(FIRST + 2));
        peer.expects(ack(FIRST)).now();
        peer.sends(data("xxxxGH").seq(FIRST + 2));
        peer.expects(ack(FIRST)).now();
        peer.sends(data("xxx").seq(FIRST + 1));
        peer.expects(ack(FIRST)).now();
        peer.sends(data("AByyyy").seq(FIRST));
        peer.expects(ack(FIRST + 8)).now();
        app.received("AxCDEFGH");
    }

    @Test
    void theFirstByteWinsAgainstWhatWasDelivered() {
        accepted();
        peer.sends(data("hello").seq(FIRST));
        peer.expects(ack(FIRST + 5)).now();
        peer.sends(data("xxxxx world").seq(FIRST));
        peer.expects(ack(FIRST + 11)).now();
        app.received("hello world");
    }

    // RFC 9293 section 3.10.7.4, first: what is not acceptable draws an acknowledgment.
    @Test
    void textThatCameBeforeIsAcknowledgedAtOnce() {
        accepted();
        peer.sends(data("hello").seq(FIRST));
        peer.expects(ack(FIRST + 5)).now();
        app.received("hello");
        for (int i = 0; i < 3; i++) {
            peer.sends(data("hello").seq(FIRST));
            peer.expects(ack(FIRST + 5)).now();
        }
        peer.sends(data("lo").seq(FIRST + 3));
        peer.expects(ack(FIRST + 5)).now();
        app.receivedNothing();
    }

    // Blocks ride on pure acknowledgments, whatever else there is to send.
    @Test
    void blocksAreReportedBesideAReply() {
        acceptedWithSack();
        app.willReply("hello");
        peer.sendsTogether(data(10).seq(FIRST), data(10).seq(FIRST + 20));
        peer.expects(ack(FIRST + 10).sack(FIRST + 20, FIRST + 30)).now();
        peer.expects(data("hello").ack(FIRST + 10).options()).now();
        app.received(10);
        peer.sends(ack(ISS + 6));
    }
}
