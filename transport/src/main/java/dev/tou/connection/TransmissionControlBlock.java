// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.InetSocketAddress;

import dev.tou.congestion.CongestionController;
import dev.tou.congestion.Pacer;
import dev.tou.congestion.RefusalBackOff;
import dev.tou.congestion.WindowUse;
import dev.tou.retransmission.DeliveryRate;
import dev.tou.retransmission.LossRecovery;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.retransmission.RttEstimator;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.TcpInfo;
import dev.tou.telemetry.UndoSign;
import dev.tou.timing.ConnectionTimer;
import dev.tou.timing.StallWatch;
import dev.tou.timing.TcpTimer;
import dev.tou.timing.TimerWheel;
import dev.tou.window.AcknowledgmentPolicy;
import dev.tou.window.AdvertisedWindow;
import dev.tou.window.DuplicateText;
import dev.tou.window.PathMtu;
import dev.tou.window.ReassemblyQueue;
import dev.tou.window.ReceiveAutotuning;
import dev.tou.window.ReceiveBuffer;
import dev.tou.window.ReceiveFlow;
import dev.tou.window.ReceiveSequenceSpace;
import dev.tou.window.SendBuffer;
import dev.tou.window.SendSequenceSpace;
import io.netty.buffer.ByteBufAllocator;

/**
 * Everything that is known about one connection (RFC 9293 section 3.3.1): it owns the parts, and each part keeps its own
 * rules. The handlers of the UDP channel hold nothing of a connection; they find it here.
 *
 * <p>Used on one event loop only.
 */
public final class TransmissionControlBlock extends ConnectionTimer implements Keyed {

    private final ConnectionKey key;
    private final InetSocketAddress peerAddress;
    private final ConnectionOptions options;
    private final ConnectionOwner owner;
    private final int maxWindowBytes;
    private TcpState state = TcpState.CLOSED;
    private ByteStream stream = ByteStream.NOBODY;

    public final SendSequenceSpace snd;
    public final ReceiveSequenceSpace rcv = new ReceiveSequenceSpace();
    public final Handshake handshake = new Handshake();
    public final NegotiatedOptions negotiated;
    public final TimestampClock timestamps;
    public final SendBuffer sendBuffer;
    public final ReceiveBuffer receiveBuffer;
    public final ReassemblyQueue reassembly;
    public final DuplicateText duplicates = new DuplicateText();
    public final AdvertisedWindow advertisedWindow;
    public final ReceiveFlow receiving;
    public final AcknowledgmentPolicy acknowledgments = new AcknowledgmentPolicy();
    public final RetransmissionQueue retransmissionQueue = new RetransmissionQueue();
    public final RttEstimator rtt = new RttEstimator();
    private final ControllerChoice controllers;
    public final LossRecovery recovery;
    public final WindowUse windowUse = new WindowUse();
    public final Pacer pacer = new Pacer();
    public final RefusalBackOff refusals = new RefusalBackOff();
    public final DeliveryRate deliveryRate = new DeliveryRate();
    public final PathMtu pathMtu = new PathMtu();
    public final Holdings holdings;
    public final Patience patience;
    public final ChallengeAckLimiter challenges = new ChallengeAckLimiter();
    public final ConnectionCounters counters = new ConnectionCounters();
    public final Reporter report;

    private int lastAckSent;
    private boolean passive;
    private Opener opener;
    private boolean orphan;
    private boolean establishedNotice;
    private boolean notifiedFinished;
    private boolean notifiedClosed;
    private boolean waitingForChannel;
    private Exception failure;
    private TransmissionControlBlock nextTouched;
    private boolean touched;

    /**
     * A closed connection.
     *
     * @param key the tuple that names it
     * @param iss the initial send sequence number
     * @param timestampOffset what is added to our clock in the timestamps that we send
     * @param maxWindowBytes the largest receive window that the UDP channel can bear
     * @param interfaceMtu the largest IP packet that its interface carries, in bytes
     */
    public TransmissionControlBlock(
            ConnectionKey key,
            ConnectionOptions options,
            int iss,
            int timestampOffset,
            int maxWindowBytes,
            int interfaceMtu,
            TimerWheel wheel,
            ConnectionOwner owner,
            ByteBufAllocator allocator,
            MemoryAccount memory) {
        super(wheel);
        this.key = key;
        peerAddress = key.remoteUdpAddress();
        this.options = options;
        this.owner = owner;
        this.maxWindowBytes = maxWindowBytes;
        snd = new SendSequenceSpace(iss);
        timestamps = new TimestampClock(timestampOffset);
        patience = new Patience(options);
        negotiated = new NegotiatedOptions(options, key.isIpv6(), interfaceMtu);
        sendBuffer = new SendBuffer(allocator, memory.slabs());
        receiveBuffer = new ReceiveBuffer(memory.rings());
        reassembly = new ReassemblyQueue(ReassemblyQueue.DEFAULT_MAX_RUNS, 0);
        advertisedWindow = new AdvertisedWindow(0);
        ReceiveAutotuning autotuning = new ReceiveAutotuning(ReceiveAutotuning.DEFAULT_MAX_BYTES, maxWindowBytes);
        receiving = new ReceiveFlow(rcv, receiveBuffer, reassembly, advertisedWindow, autotuning, memory::isShort);
        fixReceiveBuffer();
        controllers = new ControllerChoice(this, owner.reporting());
        recovery = new LossRecovery(retransmissionQueue, rtt, controllers.controller());
        report = new Reporter(this, owner, wheel);
        holdings = new Holdings(memory, sendBuffer, receiveBuffer, reassembly, retransmissionQueue, deliveryRate);
    }

    /** {@return the tuple that names the connection} */
    @Override
    public ConnectionKey key() {
        return key;
    }

    /** {@return the addresses that channels show; a new object} */
    ConnectionId id() {
        InetSocketAddress local = new InetSocketAddress(owner.localAddress().getAddress(), key.localTcpPort());
        return new ConnectionId(local, key.remoteTcpAddress());
    }

    /** {@return the peer's UDP address, where segments go} */
    public InetSocketAddress peerAddress() {
        return peerAddress;
    }

    /** {@return the options of the application} */
    public ConnectionOptions options() {
        return options;
    }

    /** {@return the state} */
    public TcpState state() {
        return state;
    }

    /** Moves to the state that the table has for the event, and tells the owner. The only way to change the state. */
    public void transition(TcpEvent event) {
        TcpState from = state;
        state = from.on(event);
        if (state == TcpState.TIME_WAIT || state == TcpState.CLOSED) {
            disarmAll();
            retransmissionQueue.clear();
            sendBuffer.release();
            reassembly.release();
        }
        report.stateChanged(event, from, state);
        owner.stateChanged(this, from, state);
        if (from == TcpState.SYN_RECEIVED) {
            opener = null;
        }
    }

    /** {@return whether segments still find the connection in its table} */
    public boolean isLive() {
        return state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
    }

    /** {@return the application's side} */
    public ByteStream stream() {
        return stream;
    }

    /** Connects the application's side. */
    public void stream(ByteStream applicationSide) {
        stream = applicationSide;
    }

    /** The application has gone: nobody reads any more. */
    public void becomeOrphan() {
        orphan = true;
        stream = ByteStream.NOBODY;
        receiveBuffer.release();
    }

    /** {@return whether the application has gone} */
    public boolean isOrphan() {
        return orphan;
    }

    /** Marks a connection that answers a SYN which came to a listener. */
    public void becomePassive(Opener listener) {
        passive = true;
        opener = listener;
    }

    /** {@return the listener that waits for the end of the handshake; null after it, and if the connection is active} */
    public Opener opener() {
        return opener;
    }

    /** {@return whether the connection began with the peer's SYN} */
    public boolean isPassive() {
        return passive;
    }

    /** Remembers why the connection fails; the application is told at the end of the burst. */
    public void fail(Exception cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /** {@return why the connection failed, or null} */
    public Exception failure() {
        return failure;
    }

    /** {@return whether the application has yet to be told that all it sent has arrived, FIN included; true once} */
    public boolean takeFinishedNotice() {
        boolean due = !notifiedFinished && snd.finAcknowledged();
        notifiedFinished |= due;
        return due;
    }

    /** {@return whether the application has yet to be told that the connection is over; true once} */
    public boolean takeClosedNotice() {
        boolean due = !notifiedClosed && (state == TcpState.CLOSED || state == TcpState.TIME_WAIT);
        notifiedClosed |= due;
        return due;
    }

    // --- the handshake has settled these ---

    /** Takes the options of the peer's SYN. */
    public void acceptOptions(SegmentOptions peer, long nowNanos) {
        negotiated.accept(peer);
        advertisedWindow.scale(negotiated.scale());
        if (negotiated.timestamps()) {
            timestamps.remember(peer.timestampValue(), nowNanos);
        }
        // What our SYN promises, or has promised.
        rcv.advertise(rcv.nxt() + handshake.promisedWindowBytes());
    }

    /** The connection is synchronized: segments have their shape, text may be sent. */
    public void openWindows(int trainSegments, long nowNanos) {
        sendBuffer.open(snd.iss() + 1, negotiated.headerBytes(), negotiated.segmentTextBytes(), trainSegments);
        recovery.open(negotiated.sack());
        if (handshake.hasLost()) {
            rtt.onHandshakeRetransmitted(); // RFC 6298 section 5.7
        }
        controllers.open(nowNanos);
        patience.keepAlive.spoke(nowNanos);
        receiving.begin(rtt.srttNanos(), negotiated.timestamps(), negotiated.segmentTextBytes(), nowNanos);
        patience.heard(nowNanos);
        patience.keepAlive.heardText();
        report.established();
        if (handshake.hasRepeatedForNothing()) {
            counters.undone++;
            report.undone(UndoSign.TIMESTAMPS);
        }
        establishedNotice = true;
    }

    /** {@return whether the application has yet to be told that the handshake is complete; true once} */
    public boolean takeEstablishedNotice() {
        boolean due = establishedNotice;
        establishedNotice = false;
        return due;
    }

    /** Notes sequence space that came twice, for a peer that understands blocks (RFC 2883). */
    public void observeDuplicate(int left, int right) {
        if (negotiated.sack()) {
            duplicates.note(left, right);
        }
    }

    /** {@return whether a pure acknowledgment has something to report that one on text has not} */
    public boolean hasBlocksToReport() {
        return !reassembly.isEmpty() || duplicates.ranges() > 0;
    }

    /** {@return the bytes that wait to be sent for the first time} */
    public int unsentBytes() {
        return Math.max(0, sendBuffer.end() - snd.nxt());
    }

    /** {@return how much more may be in flight, in bytes; may be negative} */
    public long congestionRoomBytes() {
        return recovery.windowBytes() - recovery.inFlightBytes();
    }

    /** {@return the controller; another one before anything was sent, if the application has chosen it late} */
    public CongestionController congestion() {
        return controllers.controller();
    }

    /** {@return whether the congestion window was used, so that it may grow} */
    public boolean isCongestionLimited() {
        return windowUse.isUsed(congestion().windowBytes());
    }

    /** Notes whether the connection waits until the UDP channel takes more. {@return what was before} */
    public boolean waitForChannel(boolean waits) {
        boolean before = waitingForChannel;
        waitingForChannel = waits;
        return before;
    }

    /** {@return whether the connection waits until the UDP channel takes more} */
    public boolean isWaitingForChannel() {
        return waitingForChannel;
    }

    /** {@return the capacity of the send buffer in bytes} */
    public int sendCapacity() {
        return holdings.sendCapacityBytes(
                options.sendBufferBytes(), congestion().windowBytes());
    }

    // --- acknowledgments and patience ---

    /** {@return Last.ACK.sent} */
    public int lastAckSent() {
        return lastAckSent;
    }

    /** Notes that a segment with ACK left: everything is acknowledged, and the window field promised its edge. */
    public void acknowledgmentSent() {
        lastAckSent = rcv.nxt();
        receiving.told();
        acknowledgments.onSent();
        report.acknowledgmentSent();
        disarm(TcpTimer.DELAYED_ACK);
    }

    /** The application has changed its options: those that are not read each time take effect here. */
    public void optionsChanged(long nowNanos) {
        SilenceWatch.armKeepAlive(this, nowNanos);
        SilenceWatch.armNatKeepAlive(this, nowNanos);
        SilenceWatch.armUserTimeout(this);
        fixReceiveBuffer();
        controllers.look(nowNanos);
        report.receiveBuffer();
        report.chooseListener();
    }

    private void fixReceiveBuffer() {
        if (options.receiveBufferBytes() > 0) {
            receiving.fix(Math.min(options.receiveBufferBytes(), maxWindowBytes));
        }
    }

    /**
     * {@return whether nothing is outstanding and the application had nothing to send for longer than a retransmission timeout,
     * so that the congestion window says nothing any more (RFC 5681 section 4.1)} Text that waited for an acknowledgment, or for
     * the peer's window, is no idleness: our own loop may have stood still while it lay in the socket.
     */
    public boolean hasIdled(long nowNanos) {
        return retransmissionQueue.isEmpty()
                && !patience.hasTextWaited()
                && nowNanos - patience.keepAlive.lastSpokeNanos() > rtt.rtoNanos();
    }

    /** {@return the figures of this moment} */
    public TcpInfo info() {
        return Figures.of(this, report.nowNanos());
    }

    // --- timers and bursts ---

    @Override
    protected void onExpiry(long nowNanos) {
        if (defersLate(nowNanos, StallWatch.toleranceNanos(rtt.srttNanos()))) {
            return;
        }
        for (TcpTimer timer = pollExpired(nowNanos); timer != null; timer = pollExpired(nowNanos)) {
            owner.timerExpired(this, timer, nowNanos);
        }
        owner.timersHandled(this, nowNanos);
    }

    /** {@return whether the connection joins the list of those that this burst has touched; false if it is there} */
    public boolean touch() {
        boolean joins = !touched;
        touched = true;
        return joins;
    }

    /** Leaves the list of those that this burst has touched. {@return the next on it} */
    public TransmissionControlBlock leaveTouched() {
        TransmissionControlBlock next = nextTouched;
        nextTouched = null;
        touched = false;
        return next;
    }

    /** Links the list of touched connections. */
    public void nextTouched(TransmissionControlBlock next) {
        nextTouched = next;
    }

    /** {@return the next on the list of touched connections, or null} */
    public TransmissionControlBlock nextTouched() {
        return nextTouched;
    }

    /** Frees everything that is left, whatever the state. */
    public void release() {
        disarmAll();
        holdings.release();
    }

    @Override
    public String toString() {
        return key + " " + state + ' ' + snd + ' ' + rcv;
    }
}
