// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.simulation.SimIoHandle.Readiness;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.StringUtil;

/**
 * A datagram channel on a simulated host, with the manners of the NIO and epoll ones: reads come in batches by the
 * receive allocator with one channelReadComplete each, a send that would block stays in the outbound buffer, a send
 * that fails fails its own promise and no other, and a longer datagram than the read buffer is cut off.
 *
 * <p>Writes: {@link DatagramPacket}, {@link SegmentedDatagramPacket} (one datagram per segment), any other envelope of a
 * ByteBuf, and a bare ByteBuf when connected.
 */
public final class SimDatagramChannel extends UnicastDatagramChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    private final SimSocket socket;
    private final SimDatagramChannelConfig config;
    private final Handle handle = new Handle();
    private SimIoHandler.Registration registration;
    private boolean open = true;
    private boolean readPending;
    private long truncated;

    SimDatagramChannel(SimHost host, SocketProtocolFamily family) {
        socket = new SimSocket(host, family, handle);
        config = new SimDatagramChannelConfig(this, socket, () -> readPending = false);
        config.setAllocator(host.network().allocator());
    }

    /** {@return how many datagrams were cut off because the read buffer was too small} */
    public long truncatedDatagrams() {
        return truncated;
    }

    @Override
    public SimDatagramChannelConfig config() {
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
        return open && (socket.local() != null || config.isActiveOnRegistration() && isRegistered());
    }

    @Override
    public boolean isConnected() {
        return socket.remote() != null;
    }

    @Override
    protected SocketAddress localAddress0() {
        return socket.local();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return socket.remote();
    }

    @Override
    protected SimUnsafe newUnsafe() {
        return new SimUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop ioLoop && ioLoop.isCompatible(SimIoHandle.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register(handle).addListener(future -> {
            if (future.isSuccess()) {
                registration = (SimIoHandler.Registration) future.getNow();
                promise.setSuccess();
            } else {
                promise.setFailure(future.cause());
            }
        });
    }

    @Override
    protected void doDeregister() {
        if (registration != null) {
            registration.cancel();
        }
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        socket.bind(resolved(address));
    }

    @Override
    protected void doDisconnect() {
        socket.disconnect();
    }

    @Override
    protected void doClose() {
        open = false;
        readPending = false;
        socket.close();
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (socket.isReadable()) {
            registration.ready(Readiness.READ);
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        if (message instanceof AddressedEnvelope<?, ?> envelope && envelope.content() instanceof ByteBuf) {
            if (envelope.recipient() != null) {
                resolved(envelope.recipient());
            }
            return message;
        }
        throw new UnsupportedOperationException("unsupported message type: " + StringUtil.simpleClassName(message));
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        for (int left = maxMessagesPerWrite(); left > 0; left--) {
            Object message = out.current();
            if (message == null) {
                return;
            }
            try {
                if (!send(message)) {
                    return;
                }
                out.remove();
            } catch (IOException | NotYetConnectedException e) {
                out.remove(e);
            }
        }
        registration.ready(Readiness.WRITE);
    }

    private boolean send(Object message) throws IOException {
        if (message instanceof ByteBuf data) {
            return socket.send(data, data.readableBytes(), connectedPeer());
        }
        AddressedEnvelope<?, ?> envelope = (AddressedEnvelope<?, ?>) message;
        ByteBuf data = (ByteBuf) envelope.content();
        int segmentSize = message instanceof SegmentedDatagramPacket train ? train.segmentSize() : data.readableBytes();
        InetSocketAddress recipient =
                envelope.recipient() == null ? connectedPeer() : (InetSocketAddress) envelope.recipient();
        return socket.send(data, segmentSize, recipient);
    }

    private InetSocketAddress connectedPeer() {
        if (socket.remote() == null) {
            throw new NotYetConnectedException();
        }
        return socket.remote();
    }

    private static InetSocketAddress resolved(Object address) {
        InetSocketAddress inet = (InetSocketAddress) address;
        if (inet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return inet;
    }

    /** What the loop and the socket see of the channel. */
    private final class Handle implements SimIoHandle, SimSocket.Owner {

        @Override
        public void readable() {
            if (readPending) {
                registration.ready(Readiness.READ);
            }
        }

        @Override
        public void writable() {
            registration.ready(Readiness.WRITE);
        }

        @Override
        public void handle(IoRegistration ignored, IoEvent event) {
            Readiness readiness = (Readiness) event;
            SimUnsafe unsafe = (SimUnsafe) unsafe();
            if (readiness.write()) {
                unsafe.forceFlush();
            }
            if (readiness.read() && open) {
                unsafe.read();
            }
        }

        @Override
        public void close() {
            unsafe().close(unsafe().voidPromise());
        }
    }

    /** Reads a batch, and connects at once, as UDP does, unless the host takes its time. */
    @SuppressWarnings("deprecation") // Netty says RecvByteBufAllocator.Handle is deprecated, and asks for it
    private final class SimUnsafe extends AbstractUnsafe {
        private final List<DatagramPacket> batch = new ArrayList<>();

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            long nanos = socket.host().connectDelayNanos();
            if (nanos == 0) {
                connectNow(remote, local, promise);
            } else {
                eventLoop().schedule(() -> connectNow(remote, local, promise), nanos, TimeUnit.NANOSECONDS);
            }
        }

        private void connectNow(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (!ensureOpen(promise)) {
                return;
            }
            boolean wasActive = isActive();
            try {
                if (local != null) {
                    doBind(local);
                }
                socket.connect(resolved(remote));
            } catch (Throwable cause) {
                safeSetFailure(promise, annotateConnectException(cause, remote));
                closeIfClosed();
                return;
            }
            safeSetSuccess(promise);
            if (!wasActive && isActive()) {
                pipeline().fireChannelActive();
            }
        }

        void forceFlush() {
            super.flush0();
        }

        void read() {
            if (!readPending) {
                return;
            }
            RecvByteBufAllocator.Handle allocator = recvBufAllocHandle();
            allocator.reset(config);
            IOException error = socket.takeError();
            if (error == null) {
                fillBatch(allocator);
                if (batch.isEmpty()) {
                    return;
                }
            }
            for (int i = 0; i < batch.size(); i++) {
                readPending = false;
                pipeline().fireChannelRead(batch.get(i));
            }
            batch.clear();
            allocator.readComplete();
            pipeline().fireChannelReadComplete();
            if (error != null) {
                pipeline().fireExceptionCaught(error);
            }
            if (readPending && socket.isReadable()) {
                registration.ready(Readiness.READ);
            }
        }

        private void fillBatch(RecvByteBufAllocator.Handle allocator) {
            do {
                Datagram datagram = socket.poll();
                if (datagram == null) {
                    return;
                }
                ByteBuf data = allocator.allocate(config.getAllocator());
                allocator.attemptedBytesRead(data.writableBytes());
                int length = datagram.copyTo(data, data.writableBytes());
                if (length < datagram.length()) {
                    truncated++;
                }
                allocator.lastBytesRead(length);
                allocator.incMessagesRead(1);
                batch.add(new DatagramPacket(data, SimDatagramChannel.this.localAddress(), datagram.source()));
            } while (mayContinue(allocator));
        }

        /** A datagram shorter than the buffer does not say that the socket is empty. */
        private boolean mayContinue(RecvByteBufAllocator.Handle allocator) {
            return allocator instanceof RecvByteBufAllocator.ExtendedHandle extended
                    ? extended.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER)
                    : allocator.continueReading();
        }
    }
}
