// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.JsonLines;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;

/**
 * The connections of a client: opens them, and tells what comes over the control connection. Owned by the event loop.
 */
final class ClientConnections {

    /** Whose connections they are. */
    interface Owner {

        void onMessage(JsonNode message);

        /** The server has said nothing for as long as may be. */
        void onSilence();

        /** The control connection has ended; {@code cause} is null if it was only closed. */
        void onControlGone(Throwable cause);

        /** A connection could not be opened. */
        void onFailed(Failure failure);
    }

    /** A stream that is open. */
    record Opened(int stream, InetSocketAddress local, InetSocketAddress remote) {}

    private final PerfClient.Setup setup;
    private final TestPlan plan;
    private final EventLoop loop;
    private final TestSide side;
    private final Budget budget;
    private final Owner owner;
    private final List<Channel> streams = new ArrayList<>();
    private final List<Opened> opened = new ArrayList<>();
    private final List<Future<?>> clocks = new ArrayList<>();
    private Channel control;
    private ByteBuf block;
    private boolean asked;
    private boolean closed;

    ClientConnections(
            PerfClient.Setup setup, TestPlan plan, EventLoop loop, TestSide side, Budget budget, Owner owner) {
        this.setup = setup;
        this.plan = plan;
        this.loop = loop;
        this.side = side;
        this.budget = budget;
        this.owner = owner;
    }

    void openControl() {
        ChannelFuture connecting = connect(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                long silence = setup.timeout().toNanos();
                channel.pipeline().addLast(new IdleStateHandler(silence, 0, 0, TimeUnit.NANOSECONDS));
                Control.install(channel.pipeline());
                channel.pipeline().addLast(new Listening());
            }
        });
        control = connecting.channel();
        connecting.addListener(future -> {
            if (future.isSuccess()) {
                write(control, Preamble.ofControl());
                send(Control.Type.PLAN, plan.fields());
            } else {
                failed(future.cause());
            }
        });
    }

    /** Opens all streams of the test that the server knows by {@code cookie}; once. */
    void openStreams(String cookie) {
        asked = true;
        block = Source.block(plan.blockBytes());
        if (cookie.length() != Preamble.COOKIE_CHARS) {
            owner.onControlGone(new IllegalArgumentException("no cookie"));
            return;
        }
        for (int number = 1; number <= plan.connections() && !closed; number++) {
            openStream(cookie, number);
        }
    }

    private void openStream(String cookie, int number) {
        ChannelFuture connecting = connect(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                try {
                    StreamSettings.apply(channel, plan);
                    if (setup.mss() > 0) {
                        StreamSettings.maximumSegment(
                                channel, setup.mss(), setup.address().getAddress());
                    }
                } catch (Failure failure) {
                    owner.onFailed(failure);
                }
            }
        });
        Channel channel = connecting.channel();
        streams.add(channel);
        connecting.addListener(future -> {
            if (!future.isSuccess()) {
                failed(future.cause());
            } else if (closed) {
                channel.close();
            } else {
                join(new Stream(number, plan.clientSends(number), channel));
                write(channel, Preamble.ofStream(cookie, number));
            }
        });
    }

    private void join(Stream stream) {
        Channel channel = stream.channel();
        if (stream.isSender()) {
            channel.pipeline().addLast(new Source(side, stream, budget, block.retainedDuplicate()));
        } else {
            channel.pipeline().addLast(new Drain(side, stream));
        }
        side.add(stream);
        opened.add(new Opened(stream.number(), (InetSocketAddress) channel.localAddress(), (InetSocketAddress)
                channel.remoteAddress()));
    }

    private ChannelFuture connect(ChannelInitializer<SocketChannel> initializer) {
        Bootstrap bootstrap = new Bootstrap();
        if (setup.carrier() == Carrier.TOU) {
            setup.recording().on(bootstrap);
        }
        bootstrap
                .group(loop)
                .channel(setup.carrier().client(setup.io()))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(setup.timeout().toMillis(), Integer.MAX_VALUE))
                .handler(initializer);
        return setup.local() == null
                ? bootstrap.connect(setup.address())
                : bootstrap.connect(setup.address(), setup.local());
    }

    private void failed(Throwable cause) {
        if (!closed) {
            owner.onFailed(Failures.connecting(setup.target(), "tou perf -s", cause));
        }
    }

    private static void write(Channel channel, Preamble preamble) {
        ByteBuf bytes = channel.alloc().buffer();
        preamble.write(bytes);
        channel.writeAndFlush(bytes);
    }

    /** {@return whether the server has taken the test, and its streams are open or about to be} */
    boolean areOpen() {
        return asked;
    }

    /** {@return the streams that are open, by number} */
    List<Opened> opened() {
        return opened.stream().sorted(Comparator.comparingInt(Opened::stream)).toList();
    }

    /** {@return the congestion control of this end, or null if that is not known} */
    String congestion() {
        return streams.isEmpty() ? null : StreamSettings.congestionOf(streams.get(0));
    }

    void send(Control.Type type, Object... namesAndValues) {
        send(type, JsonLines.fields(namesAndValues));
    }

    private void send(Control.Type type, Map<String, ?> fields) {
        if (!closed) {
            Control.send(control, type, fields);
        }
    }

    /** Does {@code action} again and again, until the connections are closed. */
    void every(long nanos, Runnable action) {
        clocks.add(loop.scheduleAtFixedRate(action, nanos, nanos, TimeUnit.NANOSECONDS));
    }

    void closeAll() {
        closed = true;
        clocks.forEach(clock -> clock.cancel(false));
        side.dropStreams();
        streams.forEach(Channel::close);
        if (block != null) {
            block.release();
            block = null;
        }
        if (control != null) {
            control.close();
        }
    }

    private final class Listening extends SimpleChannelInboundHandler<JsonNode> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, JsonNode message) {
            if (!closed) {
                owner.onMessage(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent && !closed) {
                owner.onSilence();
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!closed) {
                owner.onControlGone(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!closed) {
                owner.onControlGone(
                        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause);
            }
        }
    }
}
