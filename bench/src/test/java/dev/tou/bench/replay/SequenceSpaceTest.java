// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;
import dev.tou.bench.replay.Event.Source;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the wire proves of the sequence variables, by the rules of RFC 9293; and that the real connections agree. */
class SequenceSpaceTest {

    private static final int CLIENT_ISS = -3;
    private static final int SERVER_ISS = 5000;

    /** In which the last acknowledgment arrives. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** How often a busy machine is given more time for that. */
    private static final int PATIENCE = 100;

    private final SequenceSpace client = new SequenceSpace();
    private final SequenceSpace server = new SequenceSpace();

    private static WireSegment segment(int flags, int seq, int ack, int window, WireOptions options, int bytes) {
        return new WireSegment(1, 2, seq, ack, flags, window, options, new byte[bytes]);
    }

    private static WireSegment segment(int flags, int seq, int ack, int window, int bytes) {
        return segment(flags, seq, ack, window, WireOptions.NONE, bytes);
    }

    private static void pass(SequenceSpace from, WireSegment segment, SequenceSpace to) {
        from.sends(segment);
        to.takes(segment);
    }

    private void handshake(WireOptions offers) {
        pass(client, segment(Flags.SYN, CLIENT_ISS, 0, 1000, offers, 0), server);
        pass(server, segment(Flags.SYN | Flags.ACK, SERVER_ISS, CLIENT_ISS + 1, 2000, offers, 0), client);
        pass(client, segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 0), server);
    }

    private static void assertSpace(SequenceSpace space, long una, long nxt, long wnd, long rcvNxt, long rcvWnd) {
        assertThat(new long[] {space.una(), space.nxt(), space.wnd(), space.rcvNxt(), space.rcvWnd()})
                .as("SND.UNA, SND.NXT, SND.WND, RCV.NXT, RCV.WND")
                .containsExactly(una, nxt, wnd, rcvNxt, rcvWnd);
    }

    @Test
    void aSynTakesANumber() {
        client.sends(segment(Flags.SYN, CLIENT_ISS, 0, 1000, 0));
        assertSpace(client, 0, 1, -1, 0, -1);
        handshake(WireOptions.NONE);
        assertSpace(client, 1, 1, 2000, 1, 1000);
        assertSpace(server, 1, 1, 1000, 1, 2000);
    }

    @Test
    void numbersWrap() {
        handshake(WireOptions.NONE);
        pass(client, segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 100), server);
        assertSpace(client, 1, 101, 2000, 1, 1000);
        assertSpace(server, 1, 1, 1000, 101, 1900);
        pass(server, segment(Flags.ACK, SERVER_ISS + 1, CLIENT_ISS + 101, 1900, 0), client);
        assertSpace(client, 101, 101, 1900, 1, 1000);
    }

    @Test
    void windowsAreScaledIfBothOfferIt() {
        handshake(WireOptions.NONE.windowScale(3));
        assertThat(server.wnd()).isEqualTo(8000);
        assertThat(client.wnd()).as("that of a SYN is not").isEqualTo(2000);
        assertThat(client.rcvWnd()).isEqualTo(8000);
    }

    @Test
    void whatIsLostMovesNobodyElse() {
        handshake(WireOptions.NONE);
        client.sends(segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 100));
        pass(client, segment(Flags.ACK, CLIENT_ISS + 101, SERVER_ISS + 1, 1000, 100), server);
        assertThat(client.nxt()).isEqualTo(201);
        assertThat(server.rcvNxt()).isEqualTo(1);
        assertThat(server.pieces()).isEqualTo(1);
        pass(client, segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 100), server);
        assertThat(client.nxt()).as("a repetition").isEqualTo(201);
        assertThat(server.rcvNxt()).isEqualTo(201);
        assertThat(server.pieces()).isZero();
    }

    @Test
    void whatTheWindowHasNoRoomForIsNotTaken() {
        handshake(WireOptions.NONE);
        pass(client, segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 2100), server);
        assertThat(server.rcvNxt()).isEqualTo(2001);
        assertThat(server.rcvWnd()).isZero();
        pass(client, segment(Flags.ACK, CLIENT_ISS + 2001, SERVER_ISS + 1, 1000, 100), server);
        assertThat(server.rcvNxt()).isEqualTo(2001);
    }

    @Test
    void anOlderWindowDoesNotCount() {
        handshake(WireOptions.NONE);
        WireSegment older = segment(Flags.ACK, SERVER_ISS + 1, CLIENT_ISS + 1, 1500, 0);
        pass(client, segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 100), server);
        pass(server, segment(Flags.ACK, SERVER_ISS + 1, CLIENT_ISS + 101, 700, 0), client);
        client.takes(older);
        assertThat(client.una()).isEqualTo(101);
        assertThat(client.wnd()).isEqualTo(700);
    }

    @Test
    void aFinTakesANumber() {
        handshake(WireOptions.NONE);
        pass(client, segment(Flags.FIN | Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, 0), server);
        assertThat(client.nxt()).isEqualTo(2);
        assertThat(server.rcvNxt()).isEqualTo(2);
    }

    @Test
    void aResetEndsBoth() {
        handshake(WireOptions.NONE);
        server.takes(segment(Flags.RST, CLIENT_ISS + 50, 0, 0, 0));
        assertThat(server.hasReceivedSyn()).as("one that is not exact").isTrue();
        pass(client, segment(Flags.RST, CLIENT_ISS + 1, 0, 0, 0), server);
        assertThat(client.hasSentSyn()).isFalse();
        assertThat(server.hasReceivedSyn()).isFalse();
    }

    @Test
    void anOldTimestampIsNotTaken() {
        handshake(WireOptions.NONE.timestamps(100, 1));
        WireSegment old =
                segment(Flags.ACK, CLIENT_ISS + 1, SERVER_ISS + 1, 1000, WireOptions.NONE.timestamps(99, 1), 100);
        server.takes(old);
        assertThat(server.rcvNxt()).isEqualTo(1);
    }

    /** A second opinion is worth something only if it can be compared: when all is quiet, the engine knows the same. */
    @ParameterizedTest
    @ValueSource(strings = {"sequence-numbers", "window", "fast-retransmit"})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void theConnectionsAgree(String name) throws InterruptedException {
        AtomicReference<Map<String, ?>> last = new AtomicReference<>();
        Page page = new JsonPage((event, fields) -> {
            if (event.equals("arrival")) {
                last.set(fields);
            }
        });
        try (Stage stage = new Stage(Transports.Io.preferred(), page, false)) {
            play(name, stage);
            AssertionError disagreement = null;
            for (int i = 0; i < PATIENCE; i++) {
                stage.transcript().awaitNothing(Source.TO_CLIENT, QUIET, "nothing", event -> false);
                try {
                    assertAgrees(
                            last.get().get("client"), stage.client().channel().tcpInfo());
                    assertAgrees(
                            last.get().get("server"), stage.server().channel().tcpInfo());
                    return;
                } catch (AssertionError notQuietYet) {
                    disagreement = notQuietYet;
                }
            }
            throw disagreement;
        }
    }

    /** On a busy machine it may show something else, of which both ends must tell the same, too. */
    private static void play(String name, Stage stage) throws InterruptedException {
        try {
            Scenarios.called(name).get(0).play(stage);
        } catch (Failure failure) {
            assertThat(failure.exit()).as(failure.getMessage()).isEqualTo(ExitCode.NOT_SEEN);
        }
    }

    private static void assertAgrees(Object told, TcpInfo info) {
        Map<?, ?> space = (Map<?, ?>) told;
        assertThat(distance(space, "sndUna", "sndNxt")).as("unacked").isEqualTo(info.unacked());
        assertThat(distance(space, "iss", "sndUna") - 1).as("acknowledged").isEqualTo(info.bytesAcked());
        assertThat(distance(space, "irs", "rcvNxt") - 1).as("received").isEqualTo(info.bytesReceived());
        assertThat(space.get("sndWnd")).as("SND.WND").isEqualTo((long) info.sndWnd());
    }

    private static long distance(Map<?, ?> space, String from, String to) {
        return ((Long) space.get(to)).intValue() - ((Long) space.get(from)).intValue();
    }
}
