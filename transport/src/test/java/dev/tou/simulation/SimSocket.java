// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.util.ArrayDeque;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketProtocolFamily;

/**
 * What the kernel keeps of a UDP socket: its addresses, its receive buffer, its pending error, and whether it has room
 * to send.
 *
 * <p>A datagram is copied at the moment of {@link #send}, as a kernel does. Memory that is rewritten while the send was
 * still held back therefore reaches the wire rewritten, and a test sees it.
 */
final class SimSocket {
    private static final int MAX_PAYLOAD_BYTES = 65507;
    private static final int MAX_SEGMENTS = 64;

    /** What a datagram costs the receive buffer beyond its payload; a kernel charges its own bookkeeping, too. */
    static final int OVERHEAD_BYTES = 256;

    /** The owner, told when there is something to do. */
    interface Owner {
        void readable();

        void writable();
    }

    private final SimHost host;
    private final SocketProtocolFamily family;
    private final Owner owner;
    private final ArrayDeque<Datagram> received = new ArrayDeque<>();
    private InetSocketAddress local;
    private InetSocketAddress remote;
    private boolean wildcard;
    private boolean reuseAddress;
    private boolean reusePort;
    private int receiveBufferBytes;
    private int receivedBytes;
    private Errno pendingError;
    private boolean full;
    private boolean granted;
    private InetSocketAddress lastRecipient;
    private Link lastLink;
    private InetSocketAddress lastSource;

    SimSocket(SimHost host, SocketProtocolFamily family, Owner owner) {
        this.host = host;
        this.family = family;
        this.owner = owner;
        this.receiveBufferBytes = host.defaultReceiveBufferBytes();
    }

    void bind(InetSocketAddress address) throws IOException {
        if (local != null) {
            throw new SocketException("Invalid argument: already bound");
        }
        InetAddress ip = address.getAddress();
        checkFamily(ip);
        if (!ip.isAnyLocalAddress() && !host.owns(ip)) {
            throw new BindException("Cannot assign requested address");
        }
        if (ip.isAnyLocalAddress()) {
            ip = family == SocketProtocolFamily.INET ? SimHost.ANY_IPV4 : SimHost.ANY_IPV6;
        }
        wildcard = ip.isAnyLocalAddress();
        host.ports().bind(this, ip, address.getPort());
    }

    void connect(InetSocketAddress peer) throws IOException {
        if (remote != null) {
            throw new AlreadyConnectedException();
        }
        checkFamily(peer.getAddress());
        if (local == null) {
            bind(new InetSocketAddress(SimHost.ANY_IPV4, 0));
        }
        InetAddress source = sourceAddress(peer.getAddress());
        host.ports().rehash(this, () -> {
            remote = peer;
            local = new InetSocketAddress(source, local.getPort());
        });
        forgetRoute();
    }

    void disconnect() {
        if (remote == null) {
            return;
        }
        host.ports().rehash(this, () -> {
            remote = null;
            if (wildcard) {
                InetAddress any = family == SocketProtocolFamily.INET ? SimHost.ANY_IPV4 : SimHost.ANY_IPV6;
                local = new InetSocketAddress(any, local.getPort());
            }
        });
        forgetRoute();
    }

    void close() {
        if (local != null) {
            host.ports().unbind(this);
        }
        local = null;
        remote = null;
        received.clear();
        receivedBytes = 0;
    }

    /**
     * Sends, split into datagrams of {@code segmentSize}.
     *
     * @return false if the socket has no room; {@link Owner#writable} follows
     */
    boolean send(ByteBuf data, int segmentSize, InetSocketAddress recipient) throws IOException {
        if (full) {
            return false;
        }
        if (!granted && blocks()) {
            return false;
        }
        granted = false;
        if (pendingError != null) {
            throw takeError();
        }
        int length = data.readableBytes();
        int segments = segmentSize >= length ? 1 : (length + segmentSize - 1) / segmentSize;
        checkSize(recipient, length, segments == 1 ? length : segmentSize, segments);
        Errno fault = host.sendFault().onSend(host.random(), recipient, length, segments);
        if (fault != null) {
            throw fault.exception();
        }
        route(recipient);
        byte[] snapshot = new byte[length];
        data.getBytes(data.readerIndex(), snapshot);
        int offset = 0;
        do {
            int size = segments == 1 ? length : Math.min(segmentSize, length - offset);
            host.network().transmit(lastLink, lastSource, recipient, snapshot, offset, size);
            offset += size;
        } while (offset < length);
        return true;
    }

    /** A datagram has come for this socket. */
    void receive(Link link, Datagram datagram) {
        int charge = datagram.length() + OVERHEAD_BYTES;
        if (receivedBytes + charge > receiveBufferBytes) {
            link.count(Fate.RECEIVE_BUFFER_FULL, datagram);
            return;
        }
        receivedBytes += charge;
        received.add(datagram);
        link.count(Fate.DELIVERED, datagram);
        owner.readable();
    }

    /** An ICMP error has come for this connected socket; the next read or send reports it. */
    void fail(Errno errno) {
        pendingError = errno;
        owner.readable();
    }

    Datagram poll() {
        Datagram datagram = received.poll();
        if (datagram != null) {
            receivedBytes -= datagram.length() + OVERHEAD_BYTES;
        }
        return datagram;
    }

    /** {@return and clears the pending error, or null} */
    IOException takeError() {
        Errno errno = pendingError;
        pendingError = null;
        return errno == null ? null : errno.exception();
    }

    boolean isReadable() {
        return pendingError != null || !received.isEmpty();
    }

    /** {@return whether a datagram for this address would reach this socket if it is bound to the wildcard} */
    boolean covers(InetAddress address) {
        return family != SocketProtocolFamily.INET || address instanceof Inet4Address;
    }

    private boolean blocks() {
        long nanos = host.sendDelay().nextNanos(host.random());
        if (nanos == 0) {
            return false;
        }
        full = true;
        host.network().after(nanos, () -> {
            full = false;
            granted = true;
            if (local != null) {
                owner.writable();
            }
        });
        return true;
    }

    private void checkSize(InetSocketAddress recipient, int length, int datagramBytes, int segments)
            throws IOException {
        checkFamily(recipient.getAddress());
        if (length > MAX_PAYLOAD_BYTES) {
            throw Errno.EMSGSIZE.exception();
        }
        if (segments > MAX_SEGMENTS) {
            throw Errno.EINVAL.exception();
        }
        if (datagramBytes + Datagram.headerBytes(recipient) > host.mtu()) {
            throw (segments > 1 ? Errno.EINVAL : Errno.EMSGSIZE).exception();
        }
    }

    private void checkFamily(InetAddress address) throws SocketException {
        if (!covers(address)) {
            throw new SocketException("Address family not supported by protocol: " + address);
        }
    }

    private void route(InetSocketAddress recipient) throws IOException {
        if (recipient != lastRecipient) {
            InetAddress source = sourceAddress(recipient.getAddress());
            lastSource = source == local.getAddress() ? local : new InetSocketAddress(source, local.getPort());
            lastLink = host.network().linkTo(host, recipient.getAddress());
            lastRecipient = recipient;
        }
    }

    private void forgetRoute() {
        lastRecipient = null;
    }

    private InetAddress sourceAddress(InetAddress destination) throws IOException {
        InetAddress own = local.getAddress();
        if (!own.isAnyLocalAddress()) {
            if (own instanceof Inet4Address != destination instanceof Inet4Address) {
                throw Errno.ENETUNREACH.exception();
            }
            if (own.isLoopbackAddress() && !host.owns(destination)) {
                throw Errno.EINVAL.exception();
            }
            return own;
        }
        return host.sourceTowards(destination);
    }

    SimHost host() {
        return host;
    }

    InetSocketAddress local() {
        return local;
    }

    void setLocal(InetSocketAddress address) {
        local = address;
    }

    InetSocketAddress remote() {
        return remote;
    }

    boolean reuseAddress() {
        return reuseAddress;
    }

    void setReuseAddress(boolean reuseAddress) {
        this.reuseAddress = reuseAddress;
    }

    boolean reusePort() {
        return reusePort;
    }

    void setReusePort(boolean reusePort) {
        this.reusePort = reusePort;
    }

    int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    void setReceiveBufferBytes(int bytes) {
        receiveBufferBytes = Math.min(bytes, host.maxReceiveBufferBytes());
    }
}
