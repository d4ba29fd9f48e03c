// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.compare.Meter;
import dev.tou.channel.TouSocketChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * The server's end of one control connection: takes or refuses the test that is proposed, waits for its streams, and
 * says what it has counted. A message that is out of turn or nonsense ends it, and so does silence.
 */
final class ServerSession extends SimpleChannelInboundHandler<JsonNode> implements TestSide.Owner {

    /** The server that has the session. */
    interface Host {

        /** {@return why a test cannot begin now, or null if it can: then this session is the one that runs} */
        String claim(ServerSession session, TestPlan plan);

        /** The session that runs has all its streams. */
        void onBegin(ServerSession session, List<ClientConnections.Opened> streams);

        void onInterval(ServerSession session, Interval interval);

        /** It is over, and another may begin. */
        void onOutcome(ServerSession session, Outcome outcome);

        /** It is over, without a result. */
        void onFailed(ServerSession session, Failure failure);
    }

    private enum Phase {
        /** Nothing is known yet. */
        NEW,
        /** The test is taken, and its streams are on their way. */
        JOINING,
        RUNNING,
        /** The client has its results, or will never have them. */
        OVER
    }

    /** So much of the answers may wait for a client to read them; a path of a few of them is far from that. */
    private static final long MOST_UNREAD_BYTES = 2 << 20;

    private final Host host;
    private final Meter meter;
    private final long intervalNanos;
    private final String cookie = Preamble.newCookie();
    private final Budget budget = new Budget();
    private ChannelHandlerContext ctx;
    private Phase phase = Phase.NEW;
    private TestPlan plan;
    private TestSide side;
    private ByteBuf block;

    ServerSession(Host host, Meter meter, long intervalNanos) {
        this.host = host;
        this.meter = meter;
        this.intervalNanos = intervalNanos;
    }

    void install(ChannelPipeline pipeline, long silenceNanos) {
        pipeline.addLast(new IdleStateHandler(silenceNanos, 0, 0, TimeUnit.NANOSECONDS));
        Control.install(pipeline);
        pipeline.addLast(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    HostAndPort client() {
        return HostAndPort.of((InetSocketAddress) ctx.channel().remoteAddress());
    }

    /** {@return by what the client has come} */
    Carrier carrier() {
        return ctx.channel() instanceof TouSocketChannel ? Carrier.TOU : Carrier.TCP;
    }

    TestPlan plan() {
        return plan;
    }

    // --- what the client says ---

    @Override
    protected void channelRead0(ChannelHandlerContext context, JsonNode message) {
        Control.Type type = Control.Type.of(message);
        if (phase == Phase.OVER) {
            return; // it has been told
        }
        if (phase == Phase.NEW && type == Control.Type.PLAN) {
            onPlan(message);
        } else if (phase != Phase.NEW && type == Control.Type.SAMPLE) {
            onSample(message);
        } else if (phase == Phase.RUNNING && type == Control.Type.MEASURE) {
            side.measure();
            limit();
        } else if (phase == Phase.RUNNING && type == Control.Type.END) {
            onEnd();
        } else {
            giveUp(new Failure(ExitCode.REFUSED, "The client spoke out of turn; use the same tou at both ends."));
        }
    }

    private void onPlan(JsonNode message) {
        TestPlan proposed;
        try {
            proposed = TestPlan.of(message);
        } catch (IllegalArgumentException e) {
            giveUp(new Failure(ExitCode.USAGE, e.getMessage()));
            return;
        }
        String busy = host.claim(this, proposed);
        if (busy != null) {
            giveUp(new Failure(ExitCode.REFUSED, busy));
            return;
        }
        plan = proposed;
        phase = Phase.JOINING;
        block = Source.block(plan.blockBytes());
        side = new TestSide(ctx.channel().eventLoop(), plan, intervalNanos, meter, this);
        Control.send(ctx.channel(), Control.Type.ACCEPTED, "cookie", cookie);
    }

    private void onSample(JsonNode message) {
        if (ctx.channel().bytesBeforeWritable() > MOST_UNREAD_BYTES) {
            giveUp(new Failure(ExitCode.REFUSED, client() + " asks and does not read the answers; turned away."));
            ctx.close(); // nor would it read why
            return;
        }
        List<Map<String, Object>> streams = new ArrayList<>();
        for (Stream stream : side.streams()) {
            SenderFigures figures = stream.figures();
            if (figures != null) {
                streams.add(JsonLines.fields("stream", stream.number(), "figures", figures.fields()));
            }
        }
        Control.send(ctx.channel(), Control.Type.SAMPLE, "n", message.path("n").asInt(), "streams", streams);
    }

    private void onEnd() {
        List<Span> counted = side.finish();
        String congestion = StreamSettings.congestionOf(side.streams().get(0).channel());
        Control.send(
                ctx.channel(),
                Control.Type.RESULTS,
                "streams",
                counted.stream().map(Span::fields).toList(),
                "cpu",
                side.cpuShare(),
                "congestion",
                congestion);
        double cpu = side.cpuShare();
        leave();
        host.onOutcome(this, Outcome.ofOneEnd(counted, cpu, congestion));
    }

    // --- its streams ---

    /**
     * {@return whether the connection that opened with {@code preamble} is a stream of this test, and has its handlers
     * now}
     */
    boolean join(ChannelHandlerContext opened, Preamble preamble) {
        int number = preamble.stream();
        if (phase != Phase.JOINING || !isMine(preamble.cookie()) || number < 1 || number > plan.connections()) {
            return false;
        }
        if (side.streams().stream().anyMatch(stream -> stream.number() == number)) {
            return false;
        }
        Channel channel = opened.channel();
        Stream stream = new Stream(number, !plan.clientSends(number), channel);
        try {
            StreamSettings.apply(channel, plan);
        } catch (Failure failure) {
            giveUp(failure);
            return false;
        }
        channel.pipeline()
                .addLast(
                        stream.isSender()
                                ? new Source(side, stream, budget, block.retainedDuplicate())
                                : new Drain(side, stream));
        side.add(stream);
        if (side.streams().size() == plan.connections()) {
            begin();
        }
        return true;
    }

    /** Takes as long for a guess that is almost right as for one that is not. */
    private boolean isMine(String claimed) {
        return MessageDigest.isEqual(
                cookie.getBytes(StandardCharsets.US_ASCII), claimed.getBytes(StandardCharsets.US_ASCII));
    }

    private void begin() {
        phase = Phase.RUNNING;
        host.onBegin(
                this,
                side.streams().stream()
                        .sorted(Comparator.comparingInt(Stream::number))
                        .map(stream -> new ClientConnections.Opened(
                                stream.number(),
                                (InetSocketAddress) stream.channel().localAddress(),
                                (InetSocketAddress) stream.channel().remoteAddress()))
                        .toList());
        Control.send(ctx.channel(), Control.Type.BEGIN);
        if (plan.omitNanos() == 0) {
            limit();
        }
        if (plan.direction().serverSends()) {
            side.begin(); // otherwise with the first byte
        }
        for (Stream stream : side.streams()) {
            if (stream.isSender()) {
                stream.channel().pipeline().get(Source.class).start();
            }
        }
    }

    private void limit() {
        if (plan.bytes() > 0) {
            budget.limit(plan.bytes());
        }
    }

    @Override
    public void onInterval(Interval interval) {
        host.onInterval(this, interval);
    }

    @Override
    public void onReceivedAll() {
        Control.send(ctx.channel(), Control.Type.RECEIVED);
    }

    // --- the end ---

    @Override
    public void onBroken(Throwable cause) {
        giveUp(new Failure(ExitCode.RESET, "A stream of " + client() + " broke" + when(), cause));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            giveUp(new Failure(ExitCode.RESET, client() + " has said nothing for too long; its test is over."));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        giveUp(new Failure(ExitCode.RESET, client() + " has left" + when()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        giveUp(
                cause instanceof DecoderException
                        ? new Failure(ExitCode.REFUSED, "That is no message of \"tou perf -c\".", cause)
                        : new Failure(ExitCode.RESET, client() + " broke the control connection.", cause));
    }

    private String when() {
        return plan == null ? " before it has proposed a test." : " in the middle of its test.";
    }

    /** Tells the client why, if it still listens, and the server; once. */
    void giveUp(Failure failure) {
        if (phase == Phase.OVER) {
            ctx.close();
            return;
        }
        leave();
        Control.send(
                        ctx.channel(),
                        Control.Type.REFUSED,
                        "exit",
                        failure.exit().code(),
                        "sentence",
                        failure.getMessage())
                .addListener(ChannelFutureListener.CLOSE);
        host.onFailed(this, failure);
    }

    private void leave() {
        phase = Phase.OVER;
        if (side != null) {
            side.dropStreams();
        }
        if (block != null) {
            block.release();
            block = null;
        }
    }
}
