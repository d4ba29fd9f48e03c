// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.ClientSockets;
import dev.tou.endpoint.Shard;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * A call of connect from its beginning to its promise: a place on a UDP channel, then the handshake, and the time that both may
 * take. Whatever ends it first, the promise, its cancellation, the timeout or a close, ends it once.
 */
final class ConnectAttempt {

    private static final InetAddress BROADCAST = new InetSocketAddress("255.255.255.255", 0).getAddress();

    private final TouSocketChannel channel;
    private final SocketAddress requested;
    private final ChannelPromise promise;
    private Future<?> timeout;
    private boolean over;

    ConnectAttempt(TouSocketChannel channel, SocketAddress requested, ChannelPromise promise) {
        this.channel = channel;
        this.requested = requested;
        this.promise = promise;
    }

    /** Finds a place and sends the SYN. */
    void begin(SocketAddress localAddress) {
        promise.addListener(done -> {
            if (done.isCancelled() && end()) {
                channel.close();
            }
        });
        try {
            InetSocketAddress peer = reachable(TouSocketChannel.resolved(requested));
            startClock(channel.eventLoop(), channel.config().getConnectTimeoutMillis());
            channel.place(peer, localAddress).addListener((Future<Shard> place) -> placed(place, peer));
        } catch (Exception e) {
            fail(e);
        }
    }

    private void startClock(EventLoop loop, int millis) {
        if (millis > 0) {
            timeout = loop.schedule(
                    () -> fail(
                            new ConnectTimeoutException("connection timed out after " + millis + " ms: " + requested)),
                    millis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void placed(Future<Shard> place, InetSocketAddress peer) {
        if (!place.isSuccess()) {
            fail(place.cause());
        } else if (over) {
            ClientSockets.forgo(place.getNow());
        } else {
            try {
                channel.open(place.getNow(), peer);
            } catch (BindException | RuntimeException | Error e) {
                // Closing lets go of the place.
                fail(e);
            }
        }
    }

    // As kernels have it: connecting to "any" means this host, and to many hosts is an error (RFC 9293, MUST-46). The
    // broadcast address of a network is known to the kernel, which refuses it.
    private static InetSocketAddress reachable(InetSocketAddress peer) throws IOException {
        InetAddress address = peer.getAddress();
        if (address.isMulticastAddress() || address.equals(BROADCAST)) {
            throw new NoRouteToHostException("Network is unreachable: no host has the address " + peer);
        }
        if (!address.isAnyLocalAddress()) {
            return peer;
        }
        byte[] loopback = address instanceof Inet4Address ? new byte[] {127, 0, 0, 1} : new byte[16];
        loopback[loopback.length - 1] = 1;
        return new InetSocketAddress(InetAddress.getByAddress(loopback), peer.getPort());
    }

    /** The handshake is complete. {@return whether anybody still waits for it} */
    boolean succeed() {
        return end() && promise.trySuccess();
    }

    /** Tells why it failed, and closes the channel. */
    void fail(Throwable cause) {
        if (end()) {
            promise.tryFailure(cause instanceof IOException ? inTheWordsOfNetty(cause) : cause);
            channel.unsafe().close(channel.voidPromise());
        }
    }

    /** The channel is closing. */
    void abandon(Throwable cause) {
        if (end()) {
            promise.tryFailure(cause);
        }
    }

    private boolean end() {
        boolean ends = !over;
        over = true;
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
        return ends;
    }

    // The words of the kernel: ENETUNREACH, EHOSTUNREACH.
    private static boolean isUnreachable(String words) {
        return words.contains("unreachable") || words.contains("No route to host");
    }

    private Throwable inTheWordsOfNetty(Throwable cause) {
        boolean unreachable = cause.getMessage() != null && isUnreachable(cause.getMessage());
        Throwable kind = unreachable && !(cause instanceof ConnectException)
                ? new NoRouteToHostException(cause.getMessage())
                : cause;
        boolean complete = kind instanceof ConnectTimeoutException || kind instanceof BindException;
        return complete ? kind : channel.annotated(kind, requested);
    }
}
