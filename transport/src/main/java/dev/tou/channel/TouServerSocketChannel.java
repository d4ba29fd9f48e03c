// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.tou.endpoint.DatagramTransport;
import dev.tou.endpoint.Listener;
import dev.tou.endpoint.UdpEndpoint;
import dev.tou.pipeline.TransportPipeline;
import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;

/**
 * A TCP port in LISTEN whose segments travel in UDP datagrams. Use it where {@code NioServerSocketChannel} or
 * {@code EpollServerSocketChannel} stands in a bootstrap; nothing else changes.
 *
 * <p>Binds the UDP port of the same number, or shares the one of {@link TouChannelOption#UDP_ENCAPS_PORT} with other listeners.
 * A wildcard address opens a UDP channel for every address that an interface has, and one for all others. What comes for one of
 * those others, such as 127.0.0.2 or an address that was added later, is answered from the address that the kernel prefers towards
 * the client; where that is another one, the client does not know it, and has to be given a listener on the address itself. The
 * accepted channels run on the event loop of the UDP channel, whatever the child group would choose, because one event loop owns
 * both. It is this channel's, unless the UDP channel was there before: behind a tunnel port it is that of the first listener, and
 * where connections have outlived a listener on the same address, that one's.
 *
 * <p>Handshakes complete, and text is received, while nobody accepts: up to {@code SO_BACKLOG} connections wait. Accepted
 * connections outlive this channel.
 */
public final class TouServerSocketChannel extends AbstractServerChannel implements ServerSocketChannel {

    private final DatagramTransport transport;
    private final DefaultTouServerSocketChannelConfig config = new DefaultTouServerSocketChannelConfig(this);
    private final AtomicBoolean acceptScheduled = new AtomicBoolean();
    private volatile UdpEndpoint endpoint;
    private volatile Listener listener;
    private volatile InetSocketAddress local;
    private volatile boolean open = true;
    private boolean readPending;

    /** A server's channel, on the UDP transport that its event loop has. */
    public TouServerSocketChannel() {
        this(DatagramTransport.ofLoop());
    }

    TouServerSocketChannel(DatagramTransport transport) {
        this.transport = transport;
    }

    @Override
    public ServerSocketChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && local != null;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return transport.supports(loop);
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        InetSocketAddress wanted = TouSocketChannel.resolved(address);
        UdpEndpoint bound = UdpEndpoint.bind(
                eventLoop(),
                transport,
                TransportPipeline.INSTALLER,
                wanted,
                config.udpEncapsPort(),
                config.shardOptions());
        listener = bound.listen(
                wanted.getPort(),
                port -> new Listener(
                        port, config.connection(), config.listenerOptions(), this::acceptSoon, this::closeFromBelow));
        endpoint = bound;
        local = new InetSocketAddress(wanted.getAddress(), listener.tcpPort());
    }

    // --- accept ---

    @Override
    protected void doBeginRead() {
        readPending = true;
        acceptSoon();
    }

    void clearReadPending() {
        if (!isRegistered()) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            readPending = false;
        } else {
            eventLoop().execute(() -> readPending = false);
        }
    }

    // Never at once: a connection completes in the middle of a burst, and an application has no business there.
    private void acceptSoon() {
        if (acceptScheduled.compareAndSet(false, true)) {
            try {
                eventLoop().execute(this::accept);
            } catch (RejectedExecutionException loopHasEnded) {
                // Bound to an endpoint of another loop, which lives on: nobody will ever accept here again.
                doClose();
            }
        }
    }

    @SuppressWarnings("deprecation") // The handle's extended form is what every allocator returns, under the old name.
    private void accept() {
        acceptScheduled.set(false);
        if (!readPending || !isActive()) {
            return;
        }
        ChannelPipeline pipeline = pipeline();
        RecvByteBufAllocator.Handle handle = unsafe().recvBufAllocHandle();
        handle.reset(config);
        boolean any = false;
        do {
            Listener.Pending pending = listener.accept();
            if (pending == null) {
                break;
            }
            any = true;
            readPending = false;
            handle.incMessagesRead(1);
            pipeline.fireChannelRead(new TouSocketChannel(this, pending.shard(), pending.connection()));
        } while (handle.continueReading() && isActive());
        if (any) {
            handle.readComplete();
            pipeline.fireChannelReadComplete();
        }
    }

    // --- close ---

    // The event loop of the UDP channels is shutting down; that of an older endpoint may be another than ours.
    private void closeFromBelow() {
        if (eventLoop().inEventLoop()) {
            unsafe().close(unsafe().voidPromise());
            return;
        }
        try {
            eventLoop().execute(() -> unsafe().close(unsafe().voidPromise()));
        } catch (RejectedExecutionException loopHasEnded) {
            doClose();
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    private final class ServerUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            safeSetFailure(promise, new UnsupportedOperationException("a server channel does not connect"));
        }

        // The close future says that the port is free again, unless connections that were accepted still use it, or the
        // UDP channel's loop, which may be another, does not answer.
        @Override
        protected Executor prepareToClose() {
            UdpEndpoint bound = endpoint;
            if (bound == null || eventLoop().isShuttingDown()) {
                return null;
            }
            open = false; // Nobody is accepted meanwhile.
            return closing -> whenFree(bound, closing);
        }

        // The endpoint, if it was there before us, may live on another loop.
        private void whenFree(UdpEndpoint bound, Runnable closing) {
            if (bound.loop().inEventLoop()) {
                bound.unlisten(listener).addListener(free -> closing.run());
            } else {
                new RemoteClose(eventLoop(), closing).begin(bound, listener);
            }
        }
    }

    @Override
    protected void doClose() {
        UdpEndpoint bound = endpoint;
        boolean listens = open && bound != null;
        open = false;
        if (!listens) {
            return;
        }
        if (bound.loop().inEventLoop()) {
            bound.unlisten(listener);
            return;
        }
        try {
            bound.loop().execute(() -> bound.unlisten(listener));
        } catch (RejectedExecutionException itsLoopHasEnded) {
            // And the UDP channels with it.
            return;
        }
    }
}
