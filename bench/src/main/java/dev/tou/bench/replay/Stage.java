// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.tou.bench.Failures;
import dev.tou.bench.Transports;
import dev.tou.bench.replay.Event.Source;
import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouServerSocketChannel;
import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;

/** What a scenario plays on: a client, a wire, a server, and the transcript of what they do. */
final class Stage implements AutoCloseable {

    private static final String SILENCE = "silence; something was sent to the client";

    private final Transports.Io io;
    private final boolean realTime;
    private final SceneCapture capture;
    private final Transcript transcript;
    private final End client;
    private final End server;
    private final EventLoopGroup loops;
    private final Deque<AutoCloseable> props = new ArrayDeque<>();
    private Wire wire;

    Stage(Transports.Io io, Page page, boolean realTime) {
        this(io, page, realTime, SceneCapture.NONE);
    }

    Stage(Transports.Io io, Page page, boolean realTime, SceneCapture capture) {
        this.io = io;
        this.realTime = realTime;
        this.capture = capture;
        transcript = new Transcript(page);
        client = new End(transcript, Source.CLIENT);
        server = new End(transcript, Source.SERVER);
        loops = Transports.group(io, 1, "tou-replay");
    }

    // --- the set ---

    /** {@return an address of the loopback interface, 127.0.0.{@code host}} */
    static InetAddress loopback(int host) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) host});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a server, and puts the wire in front of it. */
    Channel listen(Consumer<ServerBootstrap> options) {
        Channel listener = bind(0, options);
        wireTo((InetSocketAddress) listener.localAddress());
        return listener;
    }

    /** Starts a server without a wire. */
    Channel bind(int port, Consumer<ServerBootstrap> options) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(TouServerSocketChannel.class)
                .option(TouChannelOption.TRANSPORT_LISTENER, server)
                .childHandler(server);
        options.accept(bootstrap);
        InetSocketAddress address = new InetSocketAddress(loopback(1), port);
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Failures.listening(address, bound.cause());
        }
        transcript.listens(Source.SERVER);
        return bound.channel();
    }

    /** Puts the wire in front of a server. */
    void wireTo(InetSocketAddress address) {
        InetSocketAddress clientSide = new InetSocketAddress(loopback(2), address.getPort());
        wire(clientSide, new InetSocketAddress(loopback(1), 0), address);
    }

    void wire(InetSocketAddress clientSide, InetSocketAddress serverSide, InetSocketAddress address) {
        wire = Wire.open(transcript, capture, clientSide, serverSide, address);
        props.push(wire);
    }

    /** Connects the client through the wire. */
    ChannelFuture connect(Consumer<Bootstrap> options) {
        say("The client calls connect().");
        return open(client, wire.clientSide(), options);
    }

    /** Connects {@code end} to {@code address}, and shows it if that fails. */
    ChannelFuture open(End end, InetSocketAddress address, Consumer<Bootstrap> options) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(TouSocketChannel.class)
                .option(TouChannelOption.TRANSPORT_LISTENER, end)
                .handler(end);
        options.accept(bootstrap);
        ChannelFuture connected = bootstrap.connect(address);
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                end.fails("connect()", done.cause());
            }
        });
        return connected;
    }

    /** The handshake, for scenarios that begin after it. */
    void connected() throws InterruptedException {
        connected(bootstrap -> {});
    }

    /** The handshake, for scenarios that begin after it. */
    void connected(Consumer<Bootstrap> options) throws InterruptedException {
        say("A client has connected.");
        transcript.offstage();
        connect(options);
        handshake();
        transcript.onstage();
    }

    /** Waits for the handshake. */
    void handshake() throws InterruptedException {
        toServer(Flags.SYN);
        toClient(Flags.SYN | Flags.ACK);
        toServer(Flags.ACK);
        client.channel();
        server.sees("accepts");
        client.sees("is connected");
    }

    /** {@return a client that speaks in hand-made segments} */
    RawPeer rawClient() {
        RawPeer peer = new RawPeer(wire.clientSide());
        props.push(peer);
        return peer;
    }

    /** {@return a server in a process of its own, with the wire in front of it} */
    ServerProcess process() {
        ServerProcess process = new ServerProcess(io, transcript);
        props.push(process);
        wireTo(process.start());
        return process;
    }

    // --- who is there ---

    End client() {
        return client;
    }

    End server() {
        return server;
    }

    Wire wire() {
        return wire;
    }

    Transcript transcript() {
        return transcript;
    }

    /** {@return whether times are those of reality} */
    boolean realTime() {
        return realTime;
    }

    void say(String sentence) {
        transcript.say(sentence);
    }

    // --- what is expected on the wire ---

    /** {@return the next segment to the server that has exactly these flags, PSH aside} */
    WireSegment toServer(int flags) throws InterruptedException {
        return segment(Source.TO_SERVER, flags);
    }

    /** {@return the next segment to the client that has exactly these flags, PSH aside} */
    WireSegment toClient(int flags) throws InterruptedException {
        return segment(Source.TO_CLIENT, flags);
    }

    /** {@return the next segment to the server that has exactly these flags, PSH aside, and comes from this port} */
    WireSegment toServer(int flags, int port) throws InterruptedException {
        return transcript
                .await(
                        Source.TO_SERVER,
                        Flags.text(flags) + " from port " + port,
                        event -> event.segment().is(flags) && event.segment().sourcePort() == port)
                .segment();
    }

    /**
     * {@return the next segment to the client that has exactly these flags, PSH aside, and goes to this port} Where there was
     * another connection before, a busy machine may have something of that sent again.
     */
    WireSegment toClient(int flags, int port) throws InterruptedException {
        return transcript
                .await(
                        Source.TO_CLIENT,
                        Flags.text(flags) + " to port " + port,
                        event -> event.segment().is(flags) && event.segment().destinationPort() == port)
                .segment();
    }

    /** Waits for an acknowledgment of all before {@code number}, on a segment of its own. */
    void acknowledges(int number) throws InterruptedException {
        transcript.await(
                Source.TO_CLIENT,
                "an acknowledgment to the client",
                event -> event.segment().is(Flags.ACK)
                        && event.segment().text().length == 0
                        && event.segment().ack() == number);
    }

    /** {@return the next segment to the client that carries text} */
    WireSegment toClientWithText() throws InterruptedException {
        return withText(Source.TO_CLIENT, "text to the client");
    }

    /** {@return the next segment to the server that carries text} */
    WireSegment toServerWithText() throws InterruptedException {
        return withText(Source.TO_SERVER, "text to the server");
    }

    private WireSegment withText(Source direction, String what) throws InterruptedException {
        return transcript
                .await(direction, what, event -> event.segment().text().length > 0)
                .segment();
    }

    private WireSegment segment(Source direction, int flags) throws InterruptedException {
        String what = Flags.text(flags) + " to the " + (direction == Source.TO_SERVER ? "server" : "client");
        return transcript
                .await(direction, what, event -> event.segment().is(flags))
                .segment();
    }

    /** Waits for {@code time}, in which nothing more may go to the client. */
    void silence(Duration time) throws InterruptedException {
        transcript.awaitNothing(Source.TO_CLIENT, time, SILENCE, event -> true);
    }

    /** Waits for {@code time}, in which nothing may go to this port of the client. */
    void silence(Duration time, int port) throws InterruptedException {
        transcript.awaitNothing(
                Source.TO_CLIENT, time, SILENCE, event -> event.segment().destinationPort() == port);
    }

    @Override
    public void close() {
        transcript.end();
        while (!props.isEmpty()) {
            try {
                props.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        // Nobody is there any more to hear a farewell.
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000);
    }
}
