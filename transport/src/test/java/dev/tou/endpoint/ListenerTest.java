// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TestConnection;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ListenerTest {

    private int told;

    private Listener listener(int backlog, int maxSynBacklog) {
        ListenerOptions options =
                new ListenerOptions(backlog, maxSynBacklog, maxSynBacklog, false, 0, true, remote -> true, false);
        return new Listener(80, new ConnectionOptions(), options, () -> told++, () -> {});
    }

    private static TransmissionControlBlock established() {
        return TestConnection.in(TcpState.ESTABLISHED, false);
    }

    private static TransmissionControlBlock reset() {
        TransmissionControlBlock tcb = TestConnection.synReceived(false);
        tcb.transition(TcpEvent.RESET);
        return tcb;
    }

    @Test
    void theQueueOfHalfOpenConnectionsIsBounded() {
        Listener listener = listener(100, 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(listener.admitsSyn()).isTrue();
            listener.handshakeBegins();
            assertThat(listener.halfOpen()).isEqualTo(i);
        }
        assertThat(listener.admitsSyn()).isFalse();
        listener.handshakeOver(null, reset());
        assertThat(listener.admitsSyn()).as("one has failed").isTrue();
        listener.handshakeBegins();
        assertThat(listener.admitsSyn()).isFalse();
        listener.handshakeOver(null, established());
        assertThat(listener.admitsSyn()).as("one is complete").isTrue();
        listener.handshakeBegins();
        assertThat(listener.admitsSyn()).isFalse();
        listener.handshakeBegins();
        assertThat(listener.halfOpen()).as("one has brought back a cookie").isEqualTo(4);
    }

    @Test
    void aHandshakeThatFailedIsNotAccepted() {
        Listener listener = listener(10, 10);
        listener.handshakeBegins();
        listener.handshakeOver(null, reset());
        assertThat(listener.halfOpen()).isZero();
        assertThat(told).isZero();
        assertThat(listener.accept()).isNull();
    }

    @Test
    void completeConnectionsAreAcceptedInOrderAndOnce() {
        Listener listener = listener(10, 10);
        TransmissionControlBlock first = established();
        TransmissionControlBlock second = established();
        listener.handshakeBegins();
        listener.handshakeBegins();
        listener.handshakeOver(null, first);
        assertThat(told).isEqualTo(1);
        listener.handshakeOver(null, second);
        assertThat(told).isEqualTo(2);
        assertThat(listener.accept().connection()).isSameAs(first);
        assertThat(listener.accept().connection()).isSameAs(second);
        assertThat(listener.accept()).isNull();
    }

    @Test
    void theQueueOfCompleteConnectionsIsBoundedUntilOneIsAccepted() {
        Listener listener = listener(2, 10);
        for (int i = 0; i < 2; i++) {
            assertThat(listener.canComplete()).isTrue();
            listener.handshakeBegins();
            listener.handshakeOver(null, established());
        }
        assertThat(listener.canComplete()).isFalse();
        assertThat(listener.admitsSyn()).as("the other queue has room").isTrue();
        assertThat(listener.accept()).isNotNull();
        assertThat(listener.canComplete()).isTrue();
        assertThat(listener.accept()).isNotNull();
        assertThat(listener.accept()).isNull();
        assertThat(listener.canComplete()).isTrue();
    }

    /** Linux, too, lets one wait where the backlog is zero. */
    @ParameterizedTest
    @ValueSource(ints = {-5, 0, 1})
    void oneMayAlwaysWait(int backlog) {
        Listener listener = listener(backlog, 10);
        assertThat(listener.canComplete()).isTrue();
        listener.handshakeBegins();
        listener.handshakeOver(null, established());
        assertThat(listener.canComplete()).isFalse();
    }

    @Test
    void withoutAQueueOfHalfOpenConnectionsNoneIsAdmitted() {
        assertThat(listener(10, 0).admitsSyn()).isFalse();
    }
}
