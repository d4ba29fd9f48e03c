// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.ConnectionOwner;
import dev.tou.connection.Reporting;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.UserCalls;
import dev.tou.state.TcpState;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * One UDP channel and everything that lives on it: the table of its connections, its TIME-WAIT records, its counters. The
 * stages of its pipeline share this object; it outlives listeners and applications, because what they have flushed, their FIN
 * and TIME-WAIT go on after them.
 *
 * <p>Used on the event loop of the UDP channel only.
 */
public final class Shard implements ConnectionOwner {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Shard.class);

    /** Even a small socket buffer is emptied often; a window below this would stop every sender. */
    private static final int MIN_WINDOW_BYTES = 65_535;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** How long a closing channel tries to send what it holds. */
    private static final long LAST_WRITES_NANOS = NANOS_PER_SECOND;

    private final DatagramChannel udp;
    private final DatagramTransport transport;
    private final EventLoopResources resources;
    private volatile UdpEndpoint endpoint;
    private final boolean segmented;
    private final ConnectionMaker maker;
    private final SynCookies cookies;
    private final ShardOptions options;
    private final InterfaceMtu interfaceMtu;
    private final ConnectionTable<TransmissionControlBlock> connections;
    private final Set<TransmissionControlBlock> unclosed = new LinkedHashSet<>();
    private final TimeWait timeWait;
    private FixedPort fixedPort;
    private final DropCounters drops = new DropCounters();
    private final ResetLimiter resets = new ResetLimiter(EventLoopResources.tableHash());
    private final TimerExpiry expiry = new TimerExpiry();
    private UserCalls calls;
    private InetSocketAddress localAddress;
    private InetSocketAddress peer;
    private boolean segmentedWorks = true;
    private int maxWindowBytes = MIN_WINDOW_BYTES;
    private boolean closing;
    private boolean closed;
    private boolean listenerFailed;
    private Runnable onIdle;
    private boolean used;

    /**
     * A shard for a channel that is not registered yet.
     *
     * @param endpoint the endpoint whose listeners its SYNs reach, or null on the client's side
     * @param interfaceMtu the largest IP packet that the channel's interface carries, in bytes
     */
    Shard(
            DatagramChannel udp,
            DatagramTransport transport,
            EventLoopResources resources,
            UdpEndpoint endpoint,
            ShardOptions options,
            int interfaceMtu) {
        this.udp = udp;
        this.transport = transport;
        this.resources = resources;
        this.endpoint = endpoint;
        this.options = options;
        this.interfaceMtu = new InterfaceMtu(transport::interfaceMtu, interfaceMtu);
        segmented = transport.sendsSegmented(udp);
        connections = new ConnectionTable<>(EventLoopResources.tableHash());
        timeWait = new TimeWait(this);
        maker = new ConnectionMaker(this, timeWait, interfaceMtu);
        cookies = new SynCookies(resources::newSecret, resources.wheel());
    }

    void installed(UserCalls applicationCalls) {
        calls = applicationCalls;
    }

    /** The UDP channel is bound to a port that a client has chosen. */
    void boundTo(FixedPort port) {
        fixedPort = port;
    }

    /** {@return the port that a client has chosen, or null} */
    FixedPort fixedPort() {
        return fixedPort;
    }

    /** Takes over TIME-WAIT records, before there is any connection here. */
    void inherit(List<TimeWaitTable.Memory> memories) {
        timeWait.inherit(memories);
    }

    /** The UDP channel is bound, and connected if {@code peer} is not null. */
    void opened(InetSocketAddress localUdp, InetSocketAddress peerUdp, Runnable whenIdle) {
        localAddress = localUdp;
        peer = peerUdp;
        transport.bound(udp);
        // Linux reports twice what it grants, because its books count more than the bytes of text.
        maxWindowBytes = Math.max(MIN_WINDOW_BYTES, udp.config().getReceiveBufferSize() / 2);
        onIdle = whenIdle;
        resources.opened(this);
        GoodbyeHook.add(this);
    }

    /** {@return the UDP channel} */
    public DatagramChannel udp() {
        return udp;
    }

    /** {@return the event loop of the channel and of all its connections} */
    public EventLoop loop() {
        return resources.loop();
    }

    /** {@return where the channel came from} */
    DatagramTransport transport() {
        return transport;
    }

    /** {@return the largest window that the channel's socket can bear, in bytes} */
    int maxWindowBytes() {
        return maxWindowBytes;
    }

    /** {@return the endpoint whose listeners the channel's SYNs reach, or null on the client's side} */
    public UdpEndpoint endpoint() {
        return endpoint;
    }

    /** From now on the channel's SYNs reach the listeners of another endpoint. */
    void moveTo(UdpEndpoint other) {
        endpoint = other;
    }

    /** {@return what the channel was opened with} */
    public ShardOptions options() {
        return options;
    }

    /** {@return what the connections of this loop share} */
    public EventLoopResources resources() {
        return resources;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /** {@return the UDP address that the channel is connected to, or null} */
    public InetSocketAddress peer() {
        return peer;
    }

    /** {@return the calls of applications on this channel's connections} */
    public UserCalls calls() {
        return calls;
    }

    /** {@return the connections by their tuple} */
    public ConnectionTable<TransmissionControlBlock> connections() {
        return connections;
    }

    /** {@return the connections in TIME-WAIT} */
    public TimeWaitTable timeWait() {
        return timeWait.table();
    }

    /** {@return the cookies of the channel's SYN-ACKs} */
    public SynCookies cookies() {
        return cookies;
    }

    /** {@return why datagrams and segments were dropped, counted} */
    public DropCounters drops() {
        return drops;
    }

    /** {@return whether one more reset may answer a segment of no connection that comes from there} */
    public boolean mayReset(InetAddress sender, long nowNanos) {
        return resets.tryAcquire(sender, nowNanos);
    }

    /** {@return the largest datagram that peers may send, in bytes; the read buffer has room for one more} */
    public int maxDatagramBytes() {
        return options.maxDatagramBytes(interfaceMtu());
    }

    /** {@return the largest IP packet that the channel's interface carried when it was opened, in bytes} */
    public int interfaceMtu() {
        return interfaceMtu.bytesAtOpen();
    }

    /** {@return the largest IP packet that the channel's interface carries now, or did a second ago at most, in bytes} */
    public int interfaceMtuNow() {
        return interfaceMtu.bytes(localAddress.getAddress(), resources.nowNanos());
    }

    /** {@return whether a train can go to the channel in one piece} */
    public boolean sendsSegmented() {
        return segmented && segmentedWorks;
    }

    /** The device or the kernel refused a train although it should have taken it: from now on, one datagram each. */
    public void segmentationFailed() {
        segmentedWorks = false;
    }

    /**
     * {@return the address of this host that a peer of a catch-all is reached from}
     *
     * @throws IOException if there is no way to the peer
     */
    public InetAddress localAddressTowards(InetSocketAddress remote) throws IOException {
        return transport.localAddressTowards(remote);
    }

    /** {@return the listener of a TCP port, or null} */
    public Listener listener(int tcpPort) {
        UdpEndpoint present = endpoint;
        return present == null ? null : present.listener(tcpPort);
    }

    /** Closes the server channels whose connections come through this shard. */
    void closeListeners() {
        if (endpoint != null) {
            endpoint.closeListeners();
        }
    }

    /** {@return a new connection, in the table, closed; it takes over its name if that is in TIME-WAIT} */
    public TransmissionControlBlock newConnection(ConnectionKey key, ConnectionOptions options, long nowNanos) {
        return registered(maker.newConnection(key, options, nowNanos));
    }

    /** {@return a new connection, in the table, closed, whose first sequence number has been told already} */
    public TransmissionControlBlock newConnectionFrom(int iss, ConnectionKey key, ConnectionOptions options) {
        return registered(maker.newConnectionFrom(iss, key, options));
    }

    private TransmissionControlBlock registered(TransmissionControlBlock tcb) {
        connections.put(tcb);
        used = true;
        return tcb;
    }

    @Override
    public void stateChanged(TransmissionControlBlock tcb, TcpState from, TcpState to) {
        boolean inLine = from == TcpState.SYN_RECEIVED || from == TcpState.LISTEN && to == TcpState.CLOSED;
        boolean neverOffered = inLine && tcb.opener() != null;
        if (neverOffered) {
            tcb.opener().handshakeOver(tcb);
        }
        if (!tcb.isLive() && !tcb.isOrphan() && !neverOffered) {
            unclosed.add(tcb);
        }
        if (tcb.isOrphan()) {
            resources.orphans().stateChanged(tcb);
        }
        if (fixedPort != null && !tcb.isLive()) {
            fixedPort.connectionOver();
        }
        if (to == TcpState.TIME_WAIT || to == TcpState.CLOSED) {
            connections.remove(tcb);
        }
        timeWait.stateChanged(tcb, to);
        if (to == TcpState.CLOSED) {
            becomeIdleMaybe();
        }
    }

    /** Sets the timer of TIME-WAIT again that has expired, unless it is over. {@return whether it is} */
    public boolean rearmUnlessTimeWaitOver(TransmissionControlBlock tcb, long nowNanos) {
        return timeWait.rearmUnlessOver(tcb, nowNanos);
    }

    @Override
    public Reporting reporting() {
        return resources.reporting();
    }

    @Override
    public void listenerFailed(TransmissionControlBlock tcb, Throwable failure) {
        if (listenerFailed) {
            LOGGER.debug("the transport listener of {} failed again", tcb, failure);
        } else {
            listenerFailed = true;
            LOGGER.warn(
                    "the transport listener of {} failed; the connection goes on, and this is logged once",
                    tcb,
                    failure);
        }
    }

    @Override
    public void timerExpired(TransmissionControlBlock tcb, TcpTimer timer, long nowNanos) {
        udp.pipeline().fireUserEventTriggered(expiry.of(tcb, timer, nowNanos));
    }

    @Override
    public void timersHandled(TransmissionControlBlock tcb, long nowNanos) {
        udp.pipeline().fireUserEventTriggered(TimerExpiry.HANDLED);
    }

    /** Lets go of a channel that was opened for a connection that nobody wants any more. */
    void forgoIfNeverUsed() {
        if (!used) {
            onIdle.run();
        }
    }

    /** {@return whether nothing lives here, and no application holds on to what did} */
    boolean isIdle() {
        return connections.size() == 0 && timeWait.isEmpty() && unclosed.isEmpty();
    }

    /** The application of a connection has closed. */
    public void applicationClosed(TransmissionControlBlock tcb) {
        if (fixedPort != null) {
            fixedPort.applicationClosed();
        }
        if (unclosed.remove(tcb)) {
            timeWait.applicationClosed(tcb);
            becomeIdleMaybe();
        }
    }

    /** A connection lives on, although its application has closed. */
    public void orphaned(TransmissionControlBlock tcb) {
        resources.orphans().add(this, tcb);
    }

    // Not at once: the last acknowledgment, or a reset, of this turn is written and not flushed yet.
    void becomeIdleMaybe() {
        if (isIdle() && onIdle != null && !closing && !loop().isShuttingDown()) {
            loop().execute(() -> {
                if (isIdle() && !closing) {
                    onIdle.run();
                }
            });
        }
    }

    /** Visits every connection, in no particular order; the visitor may close the one it is given. */
    public void forEachConnection(Consumer<TransmissionControlBlock> visitor) {
        List<TransmissionControlBlock> snapshot = new ArrayList<>(connections.size());
        connections.forEach(snapshot::add);
        snapshot.forEach(visitor);
    }

    /**
     * Visits every connection that is over while its application has not closed: bytes may be unread. Like a kernel's
     * descriptors they keep the channel open, and end with the event loop.
     */
    public void forEachUnclosed(Consumer<TransmissionControlBlock> visitor) {
        List.copyOf(unclosed).forEach(visitor);
    }

    /**
     * Closes the UDP channel once what it holds has left, or after a second: with io_uring, closing cancels what is on its way.
     * Nothing lives on the channel any more, or what does is lost.
     */
    public void close() {
        if (!closing) {
            closing = true;
            closeWhenSent(resources.nowNanos() + LAST_WRITES_NANOS);
        }
    }

    /** {@return whether new connections may be put on the channel} */
    boolean isOpen() {
        return !closing && udp.isOpen();
    }

    /** {@return what the channel holds and has not left, in bytes, with Netty's own costs} */
    long unsentBytes() {
        ChannelOutboundBuffer unsent = udp.unsafe().outboundBuffer();
        return unsent == null ? 0 : unsent.totalPendingWriteBytes();
    }

    private void closeWhenSent(long latestNanos) {
        boolean waits = unsentBytes() > 0 && resources.nowNanos() - latestNanos < 0;
        if (waits && !loop().isShuttingDown()) {
            udp.flush();
            loop().schedule(() -> closeWhenSent(latestNanos), 1, TimeUnit.MILLISECONDS);
        } else {
            udp.close();
        }
    }

    /** The UDP channel has just closed: if that was not our doing, peers get last words. */
    public void channelClosed() {
        if (!closing && connections.size() > 0) {
            LastWords.sayAfter(this);
        }
    }

    /** The UDP channel is closed: whatever lived on it is over. */
    public void closed() {
        if (closed) {
            return;
        }
        closed = true;
        resources.closed(this);
        GoodbyeHook.remove(this);
        timeWait.end();
        cookies.end();
        if (fixedPort != null) {
            fixedPort.closed();
        }
        if (endpoint != null) {
            endpoint.shardClosed(this);
        } else {
            resources.clientSockets().closed(this);
        }
    }
}
