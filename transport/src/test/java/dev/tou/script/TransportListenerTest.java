// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.ArrayList;
import java.util.List;

import dev.tou.channel.TouChannelOption;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.EventLog;
import dev.tou.telemetry.TransportListener;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** What a {@link TransportListener} hears, event by event. */
class TransportListenerTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    private final EventLog log = new EventLog(FIRST);
    private final List<ConnectionId> made = new ArrayList<>();

    private TransportListener newLog(ConnectionId connection) {
        made.add(connection);
        return log;
    }

    private void acceptedAndHeard() {
        accepted(syn(IRS).mss(1000), server -> server.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
    }

    @Test
    void theLifeOfAnAcceptedConnection() {
        acceptedAndHeard();
        assertThat(made).hasToString("[10.0.0.1:7000 -> 10.0.0.2:5000]");
        assertThat(log.take("state", "cwnd", "sent", "received"))
                .containsExactly(
                        "state LISTEN",
                        "received +0 in 1 ack " + (0 - FIRST),
                        "state SYN-RECEIVED",
                        "sent -1 +0 in 1",
                        "received +0 in 1 ack 0",
                        "cwnd 10000 ssthresh max by INITIAL",
                        "state ESTABLISHED");
        peer.sends(fin());
        peer.expects(fin()).now();
        peer.sends(ack(FIRST + 1));
        assertThat(log.take("state")).containsExactly("state CLOSE-WAIT", "state LAST-ACK", "state CLOSED");
    }

    @Test
    void theLifeOfAConnectionThatConnects() {
        connected(
                synAck(IRS, FIRST).mss(1000),
                client -> client.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        assertThat(made).hasToString("[10.0.0.1:5000 -> 10.0.0.2:7000]");
        assertThat(log.take("state", "ack", "rtt"))
                .containsExactly("state SYN-SENT", "rtt 0ms srtt 0ms rto 200ms", "state ESTABLISHED", "ack IMMEDIATE");
    }

    @Test
    void aSynThatIsRepeated() {
        connects(client -> client.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        peer.expects(syn(ISS)).now();
        assertThat(log.take("sent", "again")).containsExactly("sent -1 +0 in 1");
        peer.expects(syn(ISS)).after(seconds(1));
        peer.expects(syn(ISS)).after(seconds(1));
        assertThat(log.take("sent", "again")).containsExactly("again -1 +0 in 1", "again -1 +0 in 1");
        assertThat(app.info().retrans()).isEqualTo(2);
        peer.sends(synAck(IRS, FIRST));
        peer.expects(ack(IRS + 1)).now();
        assertThat(log.take("sent", "again")).as("its acknowledgment").containsExactly("sent 0 +0 in 1");
    }

    @Test
    void aSynAckThatIsRepeated() {
        listens(server -> server.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        assertThat(log.take("sent", "again")).containsExactly("sent -1 +0 in 1");
        peer.sends(syn(IRS));
        peer.expects(synAck(ISS, IRS + 1)).now();
        assertThat(log.take("sent", "again"))
                .as("the peer has repeated its SYN")
                .containsExactly("again -1 +0 in 1");
        peer.expects(synAck(ISS, IRS + 1)).after(seconds(1));
        assertThat(log.take("sent", "again")).as("of its own accord").containsExactly("again -1 +0 in 1");
    }

    @Test
    void whatTheHandshakeHasSettled() {
        accepted(
                syn(IRS).mss(1000).sackOk().wscale(3),
                server -> server.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        assertThat(log.take("established", "wnd", "state ESTABLISHED"))
                .containsExactly("established at -1 mss 1000 scales 3,7 sack", "wnd 524280", "state ESTABLISHED");
    }

    @Test
    void thePeersWindow() {
        acceptedAndHeard();
        assertThat(log.take("established", "wnd"))
                .containsExactly("established at -1 mss 1000 scales 0,0", "wnd 65535");
        app.writes(1000);
        peer.takesAll();
        peer.sends(ack(FIRST + 1000));
        assertThat(log.take("wnd")).as("is what it was").isEmpty();
        app.writes(1000);
        peer.takesAll();
        peer.sends(ack(FIRST + 2000).win(2000));
        assertThat(log.take("wnd")).containsExactly("wnd 2000");
    }

    @Test
    void roundTripsAndSlowStart() {
        acceptedAndHeard();
        log.lines().clear();
        app.writes(2000);
        peer.expects(data(1000).seq(FIRST)).now();
        peer.expects(data(1000).seq(FIRST + 1000)).now();
        assertThat(log.lines()).containsExactly("sent 0 +2000 in 2", "limit IDLE > APPLICATION");
        script.passes(ms(40));
        log.lines().clear();
        peer.sends(ack(FIRST + 2000));
        assertThat(log.lines())
                .containsExactly(
                        "received +0 in 1 ack 2000", "rtt 40ms srtt 5ms rto 205ms", "limit APPLICATION > IDLE");
    }

    @Test
    void theWindowGrowsWhenItIsUsed() {
        acceptedAndHeard();
        app.writes(10_000);
        peer.takesAll();
        script.passes(ms(40));
        log.lines().clear();
        peer.sends(ack(FIRST + 2000));
        assertThat(log.take("cwnd")).containsExactly("cwnd 12000 ssthresh max by SLOW_START");
    }

    @Test
    void fastRetransmit() {
        acceptedAndHeard();
        app.writes(10_000);
        peer.takesAll();
        script.passes(ms(40));
        log.lines().clear();
        for (int i = 0; i < 3; i++) {
            peer.sends(ack(FIRST));
        }
        peer.expects(data(1000).seq(FIRST)).now();
        assertThat(log.take("loss", "recovery", "cwnd", "again", "limit"))
                .containsExactly(
                        "loss 0 +1000 by DUPLICATE_ACKS",
                        "recovery RECOVERY flight 10000",
                        "cwnd 5000 ssthresh 5000 by RECOVERY",
                        "again 0 +1000 in 1");
        peer.sends(ack(FIRST + 10_000));
        assertThat(log.take("loss", "recovery", "rtt")).containsExactly("recovery ends");
    }

    @Test
    void timeouts() {
        acceptedAndHeard();
        app.writes(2000);
        peer.takesAll();
        script.passes(ms(300));
        peer.takesAll();
        assertThat(log.take("timeout", "loss", "recovery", "cwnd", "again"))
                .contains(
                        "timeout 200ms x1 flight 2000",
                        "loss 0 +1000 by TIMEOUT",
                        "loss 1000 +1000 by TIMEOUT",
                        "recovery LOSS flight 2000",
                        "cwnd 1000 ssthresh 2000 by TIMEOUT",
                        "again 0 +1000 in 1");
    }

    private void acceptedAndHeardWithSack() {
        accepted(
                syn(IRS).mss(1000).sackOk(),
                server -> server.option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
    }

    // RFC 8985: by time, once something that left later has arrived. RFC 2883, RFC 3708: it was none after all.
    @Test
    void aLossByTimeThatWasNone() {
        acceptedAndHeardWithSack();
        app.writes(10_000);
        peer.takesAll();
        script.passes(ms(40));
        log.lines().clear();
        peer.sends(ack(FIRST).sack(FIRST + 1000, FIRST + 5000));
        assertThat(log.take("loss", "recovery", "cwnd", "again"))
                .containsExactly(
                        "loss 0 +1000 by REORDERING_WINDOW",
                        "recovery RECOVERY flight 10000",
                        "cwnd 5000 ssthresh 5000 by RECOVERY",
                        "again 0 +1000 in 1");
        peer.takesAll();
        script.passes(ms(40));
        peer.sends(ack(FIRST + 10_000));
        assertThat(log.take("recovery")).containsExactly("recovery ends");
        peer.sends(ack(FIRST + 10_000).sack(FIRST + 9000, FIRST + 10_000));
        assertThat(log.take("undo")).as("that was the tail loss probe").isEmpty();
        peer.sends(ack(FIRST + 10_000).sack(FIRST, FIRST + 1000));
        assertThat(log.take("undo", "cwnd")).containsExactly("undo DSACK", "cwnd 10000 ssthresh max by UNDO");
        assertThat(app.info().undos()).isEqualTo(1);
        assertThat(app.info().dsackDups()).isEqualTo(2);
    }

    // RFC 8985 section 7: the probe is the last segment again; an acknowledgment without a duplicate says it was
    // needed.
    @Test
    void aTailLossProbe() {
        acceptedAndHeardWithSack();
        app.writes(3000);
        peer.takesAll();
        log.lines().clear();
        script.passes(ms(50));
        assertThat(log.take("again", "loss", "timeout"))
                .containsExactly("again 2000 +1000 in 1", "loss probe 2000 +1000");
        app.writes(1000);
        peer.takesAll();
        log.lines().clear();
        peer.sends(ack(FIRST + 4000));
        assertThat(log.take("loss", "cwnd"))
                .containsExactly("loss 2000 +1000 by PROBE", "cwnd 2000 ssthresh 2000 by RECOVERY");
        assertThat(app.info().lossProbes()).isEqualTo(1);
    }

    @Test
    void kindsOfAcknowledgments() {
        acceptedAndHeard();
        log.lines().clear();
        for (int i = 0; i < 17; i++) {
            peer.sends(data(1000));
        }
        app.received(17_000);
        script.passes(ms(100));
        assertThat(log.take("ack")).hasSize(17).startsWith("ack IMMEDIATE").endsWith("ack DELAYED");
        peer.sends(data(1000).seq(IRS + 1 + 18_000));
        peer.sends(data(1000).seq(IRS + 1));
        assertThat(log.take("ack")).containsExactly("ack OUT_OF_ORDER", "ack DUPLICATE");
        script.passes(seconds(1));
        peer.sends(syn(IRS));
        assertThat(log.take("ack")).containsExactly("ack CHALLENGE");
        peer.takesAll();
    }

    @Test
    void windowUpdates() {
        accepted(server ->
                server.option(ChannelOption.SO_RCVBUF, 4000).option(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        app.stopsReading();
        for (int i = 0; i < 4; i++) {
            peer.sends(data(1000));
        }
        peer.takesAll();
        log.lines().clear();
        app.readsAll();
        app.received(4000);
        assertThat(log.take("ack")).containsExactly("ack WINDOW_UPDATE");
        peer.takesAll();
    }

    @Test
    void theReceiveBuffer() {
        acceptedAndHeard();
        app.set(ChannelOption.SO_RCVBUF, 4096);
        assertThat(log.take("receive buffer")).containsExactly("receive buffer 4096");
    }

    @Test
    void whatLimits() {
        acceptedAndHeard();
        app.writes(100_000);
        assertThat(log.take("limit")).containsExactly("limit IDLE > CONGESTION_WINDOW");
        peer.takesAll();
        peer.sends(ack(FIRST + 10_000).win(2000));
        assertThat(log.take("limit")).containsExactly("limit CONGESTION_WINDOW > RECEIVE_WINDOW");
        peer.takesAll();
        peer.sends(ack(FIRST + 12_000).win(0));
        log.lines().clear();
        script.passes(seconds(3));
        assertThat(log.take("window probe")).startsWith("window probe 1", "window probe 2");
        peer.takesAll();
    }

    @Test
    void keepAlives() {
        acceptedAndHeard();
        app.set(TouChannelOption.KEEP_IDLE, 1).set(ChannelOption.SO_KEEPALIVE, true);
        log.lines().clear();
        script.passes(ms(1500));
        assertThat(log.take("keep-alive")).containsExactly("keep-alive 1");
        peer.takesAll();
    }

    /** Several duplicates in a burst are reported one by one, and each report is of the same kind. */
    @Test
    void everyCopyOfAnAcknowledgmentHasItsKind() {
        acceptedAndHeardWithSack();
        for (int i = 0; i < 4; i++) {
            peer.sends(data(1000));
        }
        peer.takesAll();
        log.lines().clear();
        peer.sendsTogether(data(1000).seq(IRS + 1), data(1000).seq(IRS + 2001));
        assertThat(log.take("ack")).containsExactly("ack DUPLICATE", "ack DUPLICATE");
        peer.takesAll();
        app.received(4000);
    }

    /** What the listener of a living connection has missed, it is not told. */
    @Test
    void aListenerMayComeLate() {
        accepted();
        app.writes(1000);
        peer.expects(data(1000).seq(FIRST)).now();
        app.set(TouChannelOption.TRANSPORT_LISTENER, this::newLog);
        assertThat(log.lines()).isEmpty();
        peer.sends(ack(FIRST + 1000));
        assertThat(log.lines()).first().isEqualTo("received +0 in 1 ack 1000");
    }

    @Test
    void aListenerOfChildrenHearsOnceTheyAreAccepted() {
        accepted(server -> server.childOption(TouChannelOption.TRANSPORT_LISTENER, this::newLog));
        assertThat(made).hasSize(1);
        app.writes(1000);
        peer.expects(data(1000).seq(FIRST)).now();
        assertThat(log.take("sent")).containsExactly("sent 0 +1000 in 1");
    }

    @Test
    void whatAListenerThrowsHarmsNobody() {
        TransportListener broken = new TransportListener() {
            @Override
            public void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
                throw new IllegalStateException("on purpose, by a test");
            }
        };
        accepted(server -> server.option(TouChannelOption.TRANSPORT_LISTENER, connection -> broken));
        app.writes(1000);
        peer.expects(data(1000).seq(FIRST)).now();
        assertThat(app.info().listenerFailures()).isEqualTo(2);
    }

    @Test
    void aFactoryThatThrowsOrMakesNothingHarmsNobody() {
        accepted(server -> server.option(TouChannelOption.TRANSPORT_LISTENER, connection -> {
                    throw new IllegalStateException("on purpose, by a test");
                })
                .childOption(TouChannelOption.TRANSPORT_LISTENER, connection -> null));
        app.writes(1000);
        peer.expects(data(1000).seq(FIRST)).now();
        assertThat(app.info().listenerFailures()).isEqualTo(1);
    }
}
