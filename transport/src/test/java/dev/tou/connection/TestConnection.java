// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.InetSocketAddress;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.timing.TcpTimer;
import dev.tou.timing.TimerWheel;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.ImmediateEventExecutor;

/**
 * A connection in the state that a test wants, without a channel: SND.UNA = ISS + 1, {@link #SENT} bytes outstanding, RCV.NXT =
 * IRS + 1, a send window of {@link #PEER_WINDOW} and a receive window of {@link #WINDOW}.
 */
public final class TestConnection {

    static final int ISS = -300;
    static final int IRS = -100;
    static final int UNA = ISS + 1;
    static final int NXT = IRS + 1;
    static final int SENT = 500;
    static final int PEER_WINDOW = 400;
    static final int WINDOW = 1000;
    static final int TS_RECENT = Integer.MAX_VALUE - 5;

    private TestConnection() {}

    public static TransmissionControlBlock closed(ConnectionOptions options) {
        ConnectionOwner owner = new ConnectionOwner() {
            @Override
            public void stateChanged(TransmissionControlBlock tcb, TcpState from, TcpState to) {}

            @Override
            public InetSocketAddress localAddress() {
                return new InetSocketAddress("192.0.2.2", 4000);
            }

            @Override
            public Reporting reporting() {
                return new Reporting((key, failure) -> {});
            }

            @Override
            public void listenerFailed(TransmissionControlBlock tcb, Throwable failure) {}

            @Override
            public void timerExpired(TransmissionControlBlock tcb, TcpTimer timer, long nowNanos) {}

            @Override
            public void timersHandled(TransmissionControlBlock tcb, long nowNanos) {}
        };
        return new TransmissionControlBlock(
                ConnectionKey.of(new InetSocketAddress("192.0.2.1", 4000), 80, 5000),
                options,
                ISS,
                0,
                WINDOW,
                ConnectionOptions.ACCEPTED_PATH_MTU,
                new TimerWheel(ImmediateEventExecutor.INSTANCE),
                owner,
                UnpooledByteBufAllocator.DEFAULT,
                new MemoryAccount(new MemoryBudget(Long.MAX_VALUE), () -> {}));
    }

    public static TransmissionControlBlock synSent() {
        TransmissionControlBlock tcb = closed(new ConnectionOptions());
        tcb.transition(TcpEvent.ACTIVE_OPEN);
        tcb.snd.sent(1);
        return tcb;
    }

    /** In SYN-RECEIVED, with the answer sent. */
    public static TransmissionControlBlock synReceived(boolean timestamps) {
        ConnectionOptions options = new ConnectionOptions();
        options.timestamps(timestamps);
        TransmissionControlBlock tcb = closed(options);
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        tcb.rcv.synchronize(IRS);
        SegmentOptions peer = new SegmentOptions();
        peer.timestamps(TS_RECENT, 0);
        tcb.acceptOptions(peer, 0);
        tcb.snd.initialWindow(PEER_WINDOW, IRS, ISS);
        tcb.transition(TcpEvent.SYN_RECEIVED);
        tcb.snd.sent(1);
        tcb.rcv.advertise(NXT + WINDOW);
        tcb.acknowledgmentSent();
        return tcb;
    }

    /** In a synchronized state, with text outstanding. */
    public static TransmissionControlBlock in(TcpState state, boolean timestamps) {
        TransmissionControlBlock tcb = synReceived(timestamps);
        tcb.snd.acknowledged(UNA);
        tcb.openWindows(1, 0);
        tcb.transition(TcpEvent.SYN_ACKED);
        tcb.snd.sent(SENT);
        switch (state) {
            case ESTABLISHED -> {}
            case FIN_WAIT_1 -> move(tcb, TcpEvent.CLOSE);
            case FIN_WAIT_2 -> move(tcb, TcpEvent.CLOSE, TcpEvent.FIN_ACKED);
            case CLOSE_WAIT -> move(tcb, TcpEvent.FIN_RECEIVED);
            case CLOSING -> move(tcb, TcpEvent.CLOSE, TcpEvent.FIN_RECEIVED);
            case LAST_ACK -> move(tcb, TcpEvent.FIN_RECEIVED, TcpEvent.CLOSE);
            default -> throw new IllegalArgumentException(state.toString());
        }
        return tcb;
    }

    private static void move(TransmissionControlBlock tcb, TcpEvent... events) {
        for (TcpEvent event : events) {
            tcb.transition(event);
        }
    }

    /** A segment without options, with {@code bytes} of text. */
    static Segment segment(int seq, int ack, int bits, int bytes) {
        Segment segment = new Segment();
        segment.header(5000, 80, seq, (bits & ControlBits.ACK) != 0 ? ack : 0, bits, PEER_WINDOW);
        segment.received(Unpooled.wrappedBuffer(new byte[bytes]));
        return segment;
    }
}
