// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.Executor;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.ClientSockets;
import dev.tou.endpoint.DatagramTransport;
import dev.tou.endpoint.EventLoopResources;
import dev.tou.endpoint.Shard;
import dev.tou.pipeline.TransportPipeline;
import dev.tou.state.TcpState;
import dev.tou.telemetry.TcpInfo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.StringUtil;

/**
 * A TCP connection whose segments travel in UDP datagrams. Use it where {@code NioSocketChannel} or {@code EpollSocketChannel}
 * stands in a bootstrap; nothing else changes.
 *
 * <h2>Reference counting</h2>
 * A written buffer is copied into the send buffer and released then; that is also when its promise succeeds, as with a
 * kernel's socket. A received buffer belongs to the pipeline.
 *
 * <h2>Channel events</h2>
 * Those of a kernel's socket: {@code channelActive} when the handshake is complete, {@code channelInactive} after close,
 * {@link io.netty.channel.socket.ChannelInputShutdownEvent} at the peer's FIN if half-closure is allowed, an
 * {@link IOException} with "Connection reset by peer" after a reset, "Connection timed out" when the peer is gone; before
 * that a {@link dev.tou.telemetry.DeliveryProblem}, as a user event.
 *
 * <h2>Writability and flow control</h2>
 * Bytes wait in the channel's outbound buffer while the send buffer is full, and writability tells of it. With auto-read off
 * the advertised window closes once the receive buffer is full.
 *
 * <h2>Closing</h2>
 * Bytes that were flushed and accepted reach the peer after {@code close()}, behind them a FIN; {@code SO_LINGER} 0 sends a
 * reset instead, a positive one delays the close future until the peer has everything. There is no kernel behind this: blocking
 * the event loop stops acknowledgments.
 *
 * <p>Runs on one event loop, NIO, epoll or io_uring; the one of the UDP channel that carries it.
 */
public final class TouSocketChannel extends AbstractChannel implements SocketChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final String EXPECTED_TYPES = " (expected: " + StringUtil.simpleClassName(ByteBuf.class) + ", "
            + StringUtil.simpleClassName(FileRegion.class) + ')';

    private final DatagramTransport transport;
    private final DefaultTouSocketChannelConfig config;
    private final ReadLoop readLoop = new ReadLoop(this);
    private final Application application = new Application(this, readLoop);
    private final RegistrationRedirect redirect;
    private volatile Shard shard;
    private volatile TransmissionControlBlock tcb;
    private volatile InetSocketAddress local;
    private volatile InetSocketAddress remote;
    private volatile boolean open = true;
    private volatile boolean active;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private Shard bound;

    /** A client's channel, on the UDP transport that its event loop has. */
    public TouSocketChannel() {
        this(DatagramTransport.ofLoop());
    }

    TouSocketChannel(DatagramTransport transport) {
        super(null);
        this.transport = transport;
        config = new DefaultTouSocketChannelConfig(this, new ConnectionOptions());
        redirect = null;
    }

    /** A channel for a connection that a listener has accepted. */
    TouSocketChannel(TouServerSocketChannel parent, Shard shard, TransmissionControlBlock tcb) {
        super(parent);
        transport = null;
        config = new DefaultTouSocketChannelConfig(this, tcb.options());
        this.shard = shard;
        this.tcb = tcb;
        remote = tcb.key().remoteTcpAddress();
        local = new InetSocketAddress(
                shard.localAddress().getAddress(), tcb.key().localTcpPort());
        active = true;
        redirect = new RegistrationRedirect(super.unsafe(), shard.loop());
    }

    // --- what kind of channel it is ---

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return active && open;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    /**
     * {@return the figures of the connection at this moment, or null before connect} On the event loop they are exact; on
     * another thread some may be a moment older than others.
     */
    public TcpInfo tcpInfo() {
        TransmissionControlBlock connection = tcb;
        return connection == null ? null : connection.info();
    }

    private int unreadBytes() {
        return tcb.receiveBuffer.readableBytes();
    }

    int sendBufferSize() {
        TransmissionControlBlock connection = tcb;
        return connection == null ? 64 * 1024 : connection.sendCapacity();
    }

    /** Tells a living connection of options that it does not look at by itself, on its own event loop. */
    void optionsChanged() {
        TransmissionControlBlock connection = tcb;
        Shard home = shard;
        if (connection == null || home == null) {
            return;
        }
        if (home.loop().inEventLoop()) {
            home.calls().optionsChanged(connection);
        } else {
            home.loop().execute(() -> home.calls().optionsChanged(connection));
        }
    }

    // --- registration ---

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return shard != null ? loop == shard.loop() : transport.supports(loop);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new TouUnsafe();
    }

    @Override
    public Unsafe unsafe() {
        return redirect == null ? super.unsafe() : redirect;
    }

    private TouUnsafe realUnsafe() {
        return (TouUnsafe) super.unsafe();
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        if (parent() != null) {
            if (shard.localAddress().getAddress().isAnyLocalAddress()) {
                try {
                    local = new InetSocketAddress(
                            shard.localAddressTowards(tcb.peerAddress()),
                            tcb.key().localTcpPort());
                } catch (IOException e) {
                    promise.setFailure(e);
                    return;
                }
            }
            tcb.stream(application);
            if (tcb.state() == TcpState.CLOSED) {
                // It died while it waited to be accepted: the application learns it by reading, as from a kernel.
                eventLoop().execute(() -> application.onClosed(tcb.failure()));
            } else if (tcb.rcv.finReached()) {
                eventLoop().execute(application::onReadable);
            }
        }
        promise.setSuccess();
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        if (bound != null || tcb != null) {
            throw new AlreadyBoundException();
        }
        bound = EventLoopResources.of(eventLoop())
                .clientSockets()
                .bind(
                        transport,
                        TransportPipeline.INSTALLER,
                        resolved(address),
                        config.shardOptions(config.getTrafficClass(), false));
        local = bound.udp().localAddress();
    }

    static InetSocketAddress resolved(SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return internet;
    }

    // --- the calls of the application ---

    private final class TouUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            if (isActive()) {
                promise.tryFailure(new AlreadyConnectedException());
            } else if (application.isConnecting()) {
                promise.tryFailure(new ConnectionPendingException());
            } else {
                application.connect(new ConnectAttempt(TouSocketChannel.this, remoteAddress, promise), localAddress);
            }
        }

        Throwable annotated(Throwable cause, SocketAddress peer) {
            return annotateConnectException(cause, peer);
        }

        void resumeFlush() {
            ChannelOutboundBuffer pending = outboundBuffer();
            if (pending != null && !pending.isEmpty()) {
                flush0();
            }
        }

        @Override
        protected void close(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            if (application.closesWhenWritten(outboundBuffer())) {
                closeFuture().addListener(closed -> safeSetSuccess(promise));
            } else {
                super.close(promise, cause, closeCause);
            }
        }

        @Override
        protected Executor prepareToClose() {
            TransmissionControlBlock connection = tcb;
            boolean undelivered = connection != null
                    && connection.isLive()
                    && connection.state().isSynchronized()
                    && !connection.snd.finAcknowledged();
            boolean lingers = undelivered && (application.isEnding() || config.getSoLinger() > 0 && unreadBytes() == 0);
            return lingers ? application::linger : null;
        }
    }

    /** Finds a UDP channel that leads to the peer. */
    Future<Shard> place(InetSocketAddress peer, SocketAddress localAddress) throws Exception {
        if (localAddress != null) {
            doBind(localAddress);
        }
        ClientSockets sockets = EventLoopResources.of(eventLoop()).clientSockets();
        return bound != null
                ? sockets.connect(
                        bound, peer, config.udpEncapsPort(), config.connection().reusesTimeWait())
                : sockets.acquire(
                        transport,
                        TransportPipeline.INSTALLER,
                        peer,
                        config.udpEncapsPort(),
                        config.shardOptions(config.getTrafficClass(), false));
    }

    /** Sends the SYN. */
    void open(Shard place, InetSocketAddress peer) throws BindException {
        // First, so that whatever fails after it, close lets go of the place.
        shard = place;
        int port = place.resources()
                .clientSockets()
                .freePort(place, peer.getPort(), config.connection().reusesTimeWait());
        ConnectionKey key = ConnectionKey.of(place.peer(), port, peer.getPort());
        tcb = shard.newConnection(key, config.connection(), shard.resources().nowNanos());
        tcb.stream(application);
        local = new InetSocketAddress(shard.localAddress().getAddress(), port);
        remote = peer;
        shard.calls().open(tcb);
    }

    /** The handshake is complete. */
    void activate() {
        active = true;
    }

    /** The send buffer has room: writes that wait go on. */
    void resumeFlush() {
        realUnsafe().resumeFlush();
    }

    Throwable annotated(Throwable cause, SocketAddress peer) {
        return realUnsafe().annotated(cause, peer);
    }

    // --- reading ---

    @Override
    protected void doBeginRead() {
        readLoop.begin();
    }

    /** {@return whether close has been called and waits, by {@code SO_LINGER}; the application reads no more} */
    boolean isLingering() {
        return application.isLingering();
    }

    void clearReadPending() {
        if (isRegistered()) {
            EventLoop loop = eventLoop();
            if (loop.inEventLoop()) {
                readLoop.clearPending();
            } else {
                loop.execute(readLoop::clearPending);
            }
        }
    }

    /** {@return the connection, or null before connect} */
    TransmissionControlBlock tcb() {
        return tcb;
    }

    /** {@return the UDP channel's shard, or null before connect} */
    Shard shard() {
        return shard;
    }

    // --- writing ---

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf || msg instanceof FileRegion) {
            return msg;
        }
        throw new UnsupportedOperationException(
                "unsupported message type: " + StringUtil.simpleClassName(msg) + EXPECTED_TYPES);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        TransmissionControlBlock connection = tcb;
        if (connection == null) {
            throw new NotYetConnectedException();
        }
        if (connection.failure() != null) {
            throw connection.failure();
        }
        if (!WriteLoop.write(in, shard.calls(), connection, config.getWriteSpinCount())) {
            application.resumeFlushLater();
        }
    }

    // --- half close ---

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        runOnLoop(() -> {
            if (!isActive()) {
                promise.setFailure(isOpen() ? new NotYetConnectedException() : new ClosedChannelException());
                return;
            }
            inputShutdown = true;
            readLoop.shutDown();
            promise.setSuccess();
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        runOnLoop(() -> realUnsafe().shutdownOutput(promise));
        return promise;
    }

    @Override
    protected void doShutdownOutput() {
        if (!isActive()) {
            throw new NotYetConnectedException();
        }
        outputShutdown = true;
        shard.calls().close(tcb);
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownOutput()
                .addListener(output -> shutdownInput().addListener(input -> {
                    Throwable cause = output.cause() != null ? output.cause() : input.cause();
                    if (cause == null) {
                        promise.setSuccess();
                    } else {
                        promise.setFailure(cause);
                    }
                }));
        return promise;
    }

    /** Notes that the peer's FIN has been read. */
    void inputEnded() {
        inputShutdown = true;
    }

    private void runOnLoop(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    // --- close ---

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        open = false;
        active = false;
        inputShutdown = true;
        outputShutdown = true;
        application.abandonConnect();
        Shard home = shard;
        if (home == null || tcb == null) {
            Shard unused = home == null ? bound : home;
            if (unused != null) {
                ClientSockets.forgo(unused);
            }
            return;
        }
        // A child may be closed before it is registered, by a thread that is not the connection's.
        if (home.loop().inEventLoop()) {
            leaveConnection(home);
        } else if (!home.loop().isShutdown()) {
            home.loop().execute(() -> leaveConnection(home));
        }
    }

    private void leaveConnection(Shard home) {
        boolean lingeredInVain = config.getSoLinger() > 0 && tcb.snd.finQueued() && !tcb.snd.finAcknowledged();
        boolean neverRegistered = parent() != null && !isRegistered();
        if (config.getSoLinger() == 0 || lingeredInVain || neverRegistered) {
            home.calls().abort(tcb);
        }
        home.calls().orphan(tcb);
    }
}
