// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import dev.tou.bench.compare.Meter;
import dev.tou.bench.trace.Recording;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;

/**
 * The server: runs one test after another, on a UDP port over tou and on the TCP port of the same number over the
 * kernel's TCP. One event loop serves both.
 */
final class PerfServer implements AutoCloseable, ServerSession.Host, PreambleDecoder.Doorman {

    /** Is told how it goes, in the event loop. */
    interface Listener {

        void onBegin(HostAndPort client, Carrier carrier, TestPlan plan, List<ClientConnections.Opened> streams);

        void onInterval(Interval interval);

        void onOutcome(Outcome outcome);

        /**
         * A client was turned away, or a test ended without a result.
         *
         * @param test whether it was one that ran
         */
        void onFailed(HostAndPort client, boolean test, Failure failure);
    }

    /**
     * How it is to listen.
     *
     * @param address port 0 lets the system choose
     * @param mss the largest text of a segment that it sends, or 0 for what the path carries
     * @param silence how long a client may say nothing
     * @param intervalNanos the time between reports; 0 for none
     * @param recording writes connections over tou down; whoever has opened it closes it
     */
    record Setup(
            Transports.Io io,
            InetSocketAddress address,
            int mss,
            Duration silence,
            long intervalNanos,
            Recording recording) {}

    /** A test has 257 at most; others wait to say what they are for. */
    private static final int TRIES = 32;

    private static final int MOST_CONNECTIONS = 1024;

    private final Setup setup;
    private final Listener listener;
    private final EventLoopGroup group;
    private final Meter meter;
    private Channel tou;
    private Channel tcp;
    private Throwable withoutTcp;
    private ServerSession running;
    private int connections;

    private PerfServer(Setup setup, Listener listener) throws InterruptedException {
        this.setup = setup;
        this.listener = listener;
        this.group = Transports.group(setup.io(), 1, "tou-perf-server");
        this.meter = new Meter(group.next());
    }

    /**
     * Listens. Without the TCP port it goes on: {@link #withoutTcp} says why.
     *
     * @throws Failure if the UDP port cannot be listened on
     */
    static PerfServer listen(Setup setup, Listener listener) throws InterruptedException {
        PerfServer server = new PerfServer(setup, listener);
        try {
            server.bindBoth();
        } catch (Failure failure) {
            Transports.shutdown(server.group);
            throw failure;
        }
        return server;
    }

    /** Whoever leaves the port to us gets a number that neither protocol has given away, if there is one. */
    private void bindBoth() {
        int tries = setup.address().getPort() == 0 ? TRIES : 1;
        while (true) {
            tou = bind(Carrier.TOU, setup.address());
            try {
                tcp = bind(Carrier.TCP, address());
                return;
            } catch (Failure taken) {
                if (--tries == 0) {
                    withoutTcp = taken;
                    return;
                }
                tou.close().awaitUninterruptibly();
            }
        }
    }

    private Channel bind(Carrier carrier, InetSocketAddress address) {
        ServerBootstrap bootstrap = new ServerBootstrap();
        if (carrier == Carrier.TOU) {
            setup.recording().on(bootstrap);
        }
        bootstrap
                .group(group)
                .channel(carrier.server(setup.io()))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        if (setup.mss() > 0) {
            StreamSettings.maximumSegment(bootstrap, carrier, setup.io(), setup.mss(), address.getAddress());
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Failures.listening(address, bound.cause());
        }
        return bound.channel();
    }

    private void accept(SocketChannel channel) {
        if (connections >= MOST_CONNECTIONS) {
            channel.close();
            return;
        }
        connections++;
        channel.closeFuture().addListener(closed -> connections--);
        channel.pipeline().addLast(new PreambleDecoder(this));
    }

    /** {@return the address that it listens on, with the port that was chosen if none was asked for} */
    InetSocketAddress address() {
        return (InetSocketAddress) tou.localAddress();
    }

    /** {@return why the kernel's TCP is not listened on, or null if it is} */
    Throwable withoutTcp() {
        return withoutTcp;
    }

    // --- who comes ---

    @Override
    public boolean admit(ChannelHandlerContext ctx, Preamble preamble) {
        if (preamble.control()) {
            new ServerSession(this, meter, setup.intervalNanos())
                    .install(ctx.pipeline(), setup.silence().toNanos());
            return true;
        }
        return running != null && running.join(ctx, preamble);
    }

    @Override
    public void stranger(ChannelHandlerContext ctx) {
        HostAndPort who = HostAndPort.of((InetSocketAddress) ctx.channel().remoteAddress());
        listener.onFailed(
                who,
                false,
                new Failure(ExitCode.REFUSED, who + " connected, but not as \"tou perf -c\" does; turned away."));
    }

    // --- tests ---

    @Override
    public String claim(ServerSession session, TestPlan plan) {
        if (running != null) {
            return "A test of " + running.client() + " is running; try again when it is over.";
        }
        running = session;
        return null;
    }

    @Override
    public void onBegin(ServerSession session, List<ClientConnections.Opened> streams) {
        listener.onBegin(session.client(), session.carrier(), session.plan(), streams);
    }

    @Override
    public void onInterval(ServerSession session, Interval interval) {
        listener.onInterval(interval);
    }

    @Override
    public void onOutcome(ServerSession session, Outcome outcome) {
        running = null;
        listener.onOutcome(outcome);
    }

    @Override
    public void onFailed(ServerSession session, Failure failure) {
        boolean test = session == running;
        if (test) {
            running = null;
        }
        listener.onFailed(session.client(), test, failure);
    }

    @Override
    public void close() {
        List<Channel> listening = new ArrayList<>(List.of(tou));
        if (tcp != null) {
            listening.add(tcp);
        }
        group.next()
                .submit(() -> {
                    if (running != null) {
                        running.giveUp(new Failure(ExitCode.RESET, "The server was ended."));
                    }
                })
                .awaitUninterruptibly(2, TimeUnit.SECONDS);
        Transports.shutdown(group, listening.toArray(Channel[]::new));
    }
}
