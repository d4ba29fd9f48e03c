// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import dev.tou.state.TcpState;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.Test;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;
import static org.assertj.core.api.Assertions.assertThat;

/** What a channel says of its connection. */
class TcpInfoTest extends ScriptedTest {

    private static final int FIRST = ISS + 1;

    @Test
    void whatTheHandshakeHasSettled() {
        accepted(syn(IRS).mss(1000).sackOk().wscale(7), server -> {});
        TcpInfo info = app.info();
        assertThat(info.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(info.caState()).isEqualTo(CongestionState.OPEN);
        assertThat(info.limit()).isEqualTo(Limit.IDLE);
        assertThat(info.options()).startsWith("sack wscale:7,");
        assertThat(info.mss()).isEqualTo(1000);
        assertThat(info.cwnd()).isEqualTo(10_000);
        assertThat(info.toMap()).containsEntry("ssthresh", null);
        assertThat(info.segsIn()).isEqualTo(2);
        assertThat(info.segsOut()).isEqualTo(1);
        assertThat(info.dataSegsIn()).isZero();
        assertThat(info.busy()).isZero();
    }

    @Test
    void whatIsOnItsWay() {
        acceptedFromAfar();
        app.writes(30_000);
        peer.takesAll();
        script.passes(ms(50));
        TcpInfo info = app.info();
        assertThat(info.unacked()).isEqualTo(10_000);
        assertThat(info.inFlight()).isEqualTo(10_000);
        assertThat(info.notSent()).isEqualTo(20_000);
        assertThat(info.bytesSent()).isEqualTo(10_000);
        assertThat(info.dataSegsOut()).isEqualTo(10);
        assertThat(info.lastSnd()).isEqualTo(ms(50).toNanos());
        assertThat(info.limit()).isEqualTo(Limit.CONGESTION_WINDOW);
        assertThat(info.busy()).isEqualTo(ms(50).toNanos());
        assertThat(info.cwndLimited()).isEqualTo(ms(50).toNanos());
    }

    @Test
    void whatIsReported() {
        accepted(syn(IRS).mss(1000).sackOk(), server -> {});
        app.writes(10_000);
        peer.takesAll();
        peer.sends(ack(FIRST + 1000).sack(FIRST + 2000, FIRST + 3000));
        TcpInfo info = app.info();
        assertThat(info.sacked()).isEqualTo(1000);
        assertThat(info.delivered()).isEqualTo(2000);
        assertThat(info.caState()).isNotEqualTo(CongestionState.OPEN);
        peer.takesAll();
    }

    @Test
    void lossAndRecovery() {
        acceptedFromAfar();
        app.writes(10_000);
        peer.takesAll();
        peer.sends(ack(FIRST).sack(FIRST + 1000, FIRST + 5000));
        TcpInfo info = app.info();
        assertThat(info.caState()).isEqualTo(CongestionState.RECOVERY);
        assertThat(info.recoveries()).isEqualTo(1);
        assertThat(info.losses()).isEqualTo(1);
        assertThat(info.retrans()).isEqualTo(1);
        assertThat(info.retransOut()).isEqualTo(1);
        assertThat(info.bytesRetrans()).isEqualTo(1000);
        assertThat(info.ssthresh()).isLessThan(10_000);
        peer.takesAll();
        script.passes(seconds(1));
        assertThat(app.info().timeouts()).isPositive();
        assertThat(app.info().caState()).isEqualTo(CongestionState.LOSS);
        assertThat(app.info().backoff()).isPositive();
        peer.takesAll();
    }

    /** A handshake that took 60 ms, so that neither a probe nor the timer disturbs what follows. */
    private void acceptedFromAfar() {
        listens();
        peer.sends(syn(IRS).mss(1000).sackOk());
        peer.expects(synAck(ISS, IRS + 1)).now();
        script.passes(ms(60));
        peer.sends(ack(ISS + 1));
        app.isActive();
    }

    @Test
    void whatWasReceived() {
        accepted();
        peer.sends(data(1000));
        peer.sends(data(500));
        app.received(1500);
        script.passes(ms(70));
        TcpInfo info = app.info();
        assertThat(info.bytesReceived()).isEqualTo(1500);
        assertThat(info.dataSegsIn()).isEqualTo(2);
        assertThat(info.lastRcv()).isEqualTo(ms(70).toNanos());
        assertThat(info.acksImmediate()).isEqualTo(2);
        assertThat(info.rcvWnd()).isPositive();
        peer.takesAll();
    }
}
