// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;

import dev.tou.state.TcpState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a failure says when what has caused it says little. */
class FailureReportTest {

    private static String refused(Throwable why) {
        TransmissionControlBlock tcb = TestConnection.in(TcpState.ESTABLISHED, false);
        tcb.refusals.refused(1, 0, why);
        return FailureReport.timedOut(tcb, 0).getMessage();
    }

    @Test
    void aRefusalWithAMessageIsQuoted() {
        assertThat(refused(new IOException("no buffers"))).contains("refuses to send its datagrams (no buffers), for");
    }

    @Test
    void aRefusalWithoutAMessageHasTheNameOfItsKind() {
        assertThat(refused(new ClosedChannelException()))
                .contains("refuses to send its datagrams (ClosedChannelException), for");
    }
}
