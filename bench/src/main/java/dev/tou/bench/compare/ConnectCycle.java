// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import org.HdrHistogram.Histogram;

/**
 * Several clients, each of which connects, sends a request, gets the response, closes, and does so again. All on the event
 * loop.
 */
final class ConnectCycle {

    /** What a cycle may take before it counts as failed. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** After a failure a client waits, so that an exhausted resource shows as a low rate, not as a busy loop. */
    private static final long PAUSE_MILLIS = 10;

    private final EventLoop loop;
    private final Contender contender;
    private final InetSocketAddress server;
    private final List<Client> clients = new ArrayList<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private final Histogram histogram = new Histogram(2 * PATIENCE_NANOS, 3);
    private ScheduledFuture<?> sweep;
    private boolean stopping;

    ConnectCycle(EventLoop loop, Contender contender, InetSocketAddress server) {
        this.loop = loop;
        this.contender = contender;
        this.server = server;
    }

    void start(int count) {
        for (int i = 0; i < count; i++) {
            Client client = new Client();
            clients.add(client);
            client.begin();
        }
        sweep = loop.scheduleAtFixedRate(this::endStuck, 1, 1, TimeUnit.SECONDS);
    }

    /** Forgets what was measured so far. */
    void reset() {
        histogram.reset();
        failures.clear();
    }

    /** Lets nobody begin again. */
    void stop() {
        stopping = true;
        sweep.cancel(false);
        clients.forEach(Client::abandon);
    }

    /** {@return the times from connect to response in nanoseconds, one for each complete cycle} */
    Histogram histogram() {
        return histogram;
    }

    /** {@return how often what went wrong} */
    Map<String, Long> failures() {
        return failures;
    }

    private void endStuck() {
        long now = System.nanoTime();
        for (Client client : clients) {
            if (now - client.beganNanos > PATIENCE_NANOS) {
                client.fail("not done in " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " s");
            }
        }
    }

    /** One client; its attempts are numbered, so that what comes late from an abandoned one is not taken for the next. */
    private final class Client {

        private long beganNanos;
        private int attempt;
        private Channel channel;

        void begin() {
            if (stopping) {
                return;
            }
            attempt++;
            int mine = attempt;
            beganNanos = System.nanoTime();
            contender
                    .connect(loop, server, new Opening(Services.Service.ECHO, () -> new Request(this, mine)))
                    .addListener((Future<Channel> opened) -> onOpened(mine, opened));
        }

        private void onOpened(int mine, Future<Channel> opened) {
            if (!opened.isSuccess()) {
                failed(mine, "connect: " + kind(opened.cause()));
            } else if (mine != attempt || stopping) {
                opened.getNow().close();
            } else {
                channel = opened.getNow();
                channel.closeFuture().addListener(closed -> failed(mine, "closed before the response"));
            }
        }

        void onResponse(int mine, Channel answered) {
            if (mine == attempt) {
                histogram.recordValue(Math.min(System.nanoTime() - beganNanos, histogram.getHighestTrackableValue()));
                attempt++; // nothing that this one still says counts
                channel = null;
                answered.close().addListener(closed -> begin());
            }
        }

        void failed(int mine, String what) {
            if (mine == attempt) {
                fail(what);
            }
        }

        void fail(String what) {
            if (stopping) {
                return;
            }
            failures.merge(what, 1L, Long::sum);
            abandon();
            beganNanos = System.nanoTime();
            loop.schedule(this::begin, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }

        void abandon() {
            attempt++;
            if (channel != null) {
                channel.close();
                channel = null;
            }
        }
    }

    /** The exception without addresses and ports, so that equal failures are counted together. */
    private static String kind(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).replaceAll("/?[0-9a-fA-F.:\\[\\]]*[.:][0-9.:]+[0-9]", "...");
        return cause.getClass().getSimpleName() + " " + text;
    }

    private static final class Request extends ChannelInboundHandlerAdapter {

        private final Client client;
        private final int attempt;
        private int missing = PingPong.MESSAGE_BYTES;

        Request(Client client, int attempt) {
            this.client = client;
            this.attempt = attempt;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(ctx.alloc().directBuffer(PingPong.MESSAGE_BYTES).writeZero(PingPong.MESSAGE_BYTES));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            missing -= bytes.readableBytes();
            bytes.release();
            if (missing == 0) {
                client.onResponse(attempt, ctx.channel());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            client.failed(attempt, kind(cause));
            ctx.close();
        }
    }
}
