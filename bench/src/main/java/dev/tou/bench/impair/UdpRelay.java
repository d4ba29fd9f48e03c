// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.tou.bench.Failures;
import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;

/**
 * A bad link between UDP clients and one server.
 *
 * <pre>
 *   client A --+                 +-- own socket --+
 *              +--- listen ---- link              +--- server
 *   client B --+                 +-- own socket --+
 * </pre>
 *
 * <p>The server sees each client under an address of its own, as behind a NAT. Both directions of the link are shared by all
 * clients. Everything runs on one event loop: datagrams that are on their way wait in one queue for each direction, and one
 * timer is set for the earliest of them.
 */
public final class UdpRelay implements AutoCloseable {

    private static final int IPV4_UDP_HEADER_BYTES = 28;
    private static final int IPV6_UDP_HEADER_BYTES = 48;
    private static final int SLOTS = 32;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final long IDLE_CLIENT_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int MAX_CLIENTS = 4096;

    /** What is due within this time leaves together: fewer wake-ups, and no figure is that exact. */
    private static final long TOGETHER_NANOS = 20_000;

    /** A client, and the socket that stands for it before the server. */
    private final class Client {
        final InetSocketAddress address;
        final Channel upstream;
        final ChannelFuture connected;
        long lastHeardNanos;

        Client(InetSocketAddress address, Channel upstream) {
            this.address = address;
            this.upstream = upstream;
            connected = upstream.connect(target);
        }
    }

    private final Transports.Io io;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final InetSocketAddress target;
    private final int slotBytes;
    private final LinkDirection<Client> toServer;
    private final LinkDirection<Client> toClient;
    private final Map<InetSocketAddress, Client> clients = new HashMap<>();
    private final Set<Channel> toFlush = new LinkedHashSet<>();
    private Channel front;
    private long timerNanos = LinkDirection.NOTHING_DUE;

    private UdpRelay(
            Transports.Io io,
            InetSocketAddress target,
            ImpairmentProfile toServer,
            ImpairmentProfile toClient,
            long seed) {
        this.io = io;
        this.group = Transports.group(io, 1, "tou-relay");
        this.loop = group.next();
        this.target = target;
        SplittableRandom random = new SplittableRandom(seed);
        int header = target.getAddress() instanceof Inet6Address ? IPV6_UDP_HEADER_BYTES : IPV4_UDP_HEADER_BYTES;
        this.toServer = new LinkDirection<>(toServer, header, random.split(), this::leaveToServer);
        this.toClient = new LinkDirection<>(toClient, header, random.split(), this::leaveToClient);
        // a datagram that fills its slot was larger than any that fits
        this.slotBytes = Math.max(this.toServer.maxPayloadBytes(), this.toClient.maxPayloadBytes()) + 1;
    }

    /**
     * Starts to relay between {@code listen} and {@code target}.
     *
     * @param toServer what happens to datagrams from clients
     * @param toClient what happens to datagrams from the server
     * @param seed the same seed gives the n-th datagram of a direction the same fate
     * @throws dev.tou.bench.Failure if {@code listen} cannot be listened on
     */
    public static UdpRelay start(
            Transports.Io io,
            InetSocketAddress listen,
            InetSocketAddress target,
            ImpairmentProfile toServer,
            ImpairmentProfile toClient,
            long seed) {
        UdpRelay relay = new UdpRelay(io, target, toServer, toClient, seed);
        ChannelFuture bound = relay.socket(relay.new Inlet(relay.toServer, relay.toClient, relay::clientOf))
                .bind(listen)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Transports.shutdown(relay.group);
            throw Failures.listening(listen, bound.cause());
        }
        relay.front = bound.channel();
        relay.loop.scheduleWithFixedDelay(() -> relay.forgetIdleClients(System.nanoTime()), 30, 30, TimeUnit.SECONDS);
        return relay;
    }

    private Bootstrap socket(ChannelHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(Transports.datagramChannel(io))
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, SOCKET_BUFFER_BYTES))
                .handler(handler);
        if (io == Transports.Io.EPOLL) { // one system call for many datagrams
            bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, slotBytes);
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(slotBytes * SLOTS));
        } else {
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(slotBytes));
        }
        return bootstrap;
    }

    /** {@return the address that clients send to} */
    public InetSocketAddress address() {
        return (InetSocketAddress) front.localAddress();
    }

    /** Shows a handler what passes between the clients and this relay. */
    public void tap(ChannelHandler handler) {
        front.pipeline().addFirst(handler);
    }

    /** {@return what has happened so far} */
    public RelayStatistics statistics() {
        return loop.submit(() -> new RelayStatistics(
                        toServer.counters().snapshot(), toClient.counters().snapshot(), clients.size()))
                .syncUninterruptibly()
                .getNow();
    }

    @Override
    public void close() {
        front.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        List<Channel> upstreams = new ArrayList<>();
        loop.submit(() -> {
                    clients.values().forEach(client -> upstreams.add(client.upstream));
                    clients.clear();
                    toServer.clear();
                    toClient.clear();
                })
                .awaitUninterruptibly(2, TimeUnit.SECONDS);
        Transports.shutdown(group, upstreams.toArray(Channel[]::new));
    }

    /** Where datagrams come in: copies each out of the shared read buffer, and puts it on the link. */
    private final class Inlet extends SimpleChannelInboundHandler<DatagramPacket> {
        private final LinkDirection<Client> direction;
        private final LinkDirection<Client> outgoing;
        private final Function<DatagramPacket, Client> routing;

        /**
         * @param direction which way what comes in here goes
         * @param outgoing which way what goes out here has come
         */
        Inlet(
                LinkDirection<Client> direction,
                LinkDirection<Client> outgoing,
                Function<DatagramPacket, Client> routing) {
            this.direction = direction;
            this.outgoing = outgoing;
            this.routing = routing;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            ByteBuf content = packet.content();
            int bytes = content.readableBytes();
            Client client = routing.apply(packet);
            if (client == null) {
                direction.counters().unsendable++;
            } else {
                ByteBuf copy = ctx.alloc().directBuffer(Math.max(1, bytes)).writeBytes(content);
                direction.enter(copy, client, System.nanoTime());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            drain();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // port unreachable and the like: to the other end this is silence, as on a real link
            outgoing.counters().unsendable++;
        }
    }

    private Client clientOf(DatagramPacket packet) {
        Client client = clients.get(packet.sender());
        if (client == null) {
            if (clients.size() >= MAX_CLIENTS) {
                return null;
            }
            client = open(packet.sender());
            if (client == null) {
                return null;
            }
            clients.put(packet.sender(), client);
        }
        client.lastHeardNanos = System.nanoTime();
        return client;
    }

    /** A client with a socket of its own, or null if the process may have no more sockets. */
    private Client open(InetSocketAddress address) {
        Client[] self = new Client[1];
        ChannelFuture registered =
                socket(new Inlet(toClient, toServer, packet -> self[0])).register();
        if (registered.isDone() && !registered.isSuccess()) {
            return null;
        }
        Channel upstream = registered.channel();
        self[0] = new Client(address, upstream);
        return self[0];
    }

    /** As if it were {@code nanos}: for a test that does not wait for minutes. */
    void forgetIdleClientsAt(long nanos) {
        loop.submit(() -> forgetIdleClients(nanos)).syncUninterruptibly();
    }

    /** Closes the sockets of clients that have been silent for long. */
    private void forgetIdleClients(long now) {
        for (Iterator<Client> all = clients.values().iterator(); all.hasNext(); ) {
            Client client = all.next();
            if (now - client.lastHeardNanos > IDLE_CLIENT_NANOS) {
                client.upstream.close();
                all.remove();
            }
        }
    }

    private void leaveToServer(LinkDirection.InFlight<Client> datagram) {
        Client route = datagram.route;
        ByteBuf content = datagram.content;
        if (route.connected.isDone()) {
            leave(route.upstream, content, content, toServer);
        } else {
            // io_uring connects later, and the first datagram is most often a SYN.
            route.connected.addListener(done -> {
                leave(route.upstream, content, content, toServer);
                drain();
            });
        }
    }

    private void leaveToClient(LinkDirection.InFlight<Client> datagram) {
        DatagramPacket packet = new DatagramPacket(datagram.content, datagram.route.address);
        leave(front, packet, datagram.content, toClient);
    }

    private void leave(Channel channel, Object message, ByteBuf content, LinkDirection<Client> direction) {
        if (!channel.isActive() || !channel.isWritable()) {
            direction.counters().unsendable++;
            content.release();
            return;
        }
        channel.write(message, channel.voidPromise());
        toFlush.add(channel);
    }

    /** Lets out what is due in both directions, and sets the timer for what is not. */
    private void drain() {
        long now = System.nanoTime();
        long next = Math.min(toServer.drain(now + TOGETHER_NANOS), toClient.drain(now + TOGETHER_NANOS));
        if (!toFlush.isEmpty()) {
            toFlush.forEach(Channel::flush);
            toFlush.clear();
        }
        if (next < timerNanos) {
            timerNanos = next;
            loop.schedule(() -> timerFired(next), next - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void timerFired(long setFor) {
        if (timerNanos == setFor) {
            timerNanos = LinkDirection.NOTHING_DUE;
        }
        drain();
    }
}
