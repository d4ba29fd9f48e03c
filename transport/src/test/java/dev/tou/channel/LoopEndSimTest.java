// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.EventLoopResources;
import dev.tou.simulation.Errno;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendDelay;
import dev.tou.simulation.SendFault;
import dev.tou.simulation.SimHost;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ends of loops, UDP channels and listeners at any moment of a transfer, over links that lose and reorder and sockets that
 * hold back what they are given: whatever it was, no buffer is left.
 */
class LoopEndSimTest {

    private static final int SEEDS = 300;
    private static final int MANY_SEEDS = 1_000;

    /** What a seed makes of a run. */
    private static final class Run implements AutoCloseable {

        private final SplittableRandom random;
        private final SimPair pair;
        private final EventLoopResources clients;
        private final EventLoopResources servers;
        private final List<SocketChannel> channels = new ArrayList<>();

        Run(long seed) {
            random = new SplittableRandom(seed);
            pair = new SimPair(seed, link(), random.nextBoolean());
            pair.network.countBuffers();
            clients = pair.clients.resources();
            servers = pair.servers.resources();
            worsen(pair.clientHost);
            worsen(pair.serverHost);
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private LinkProfile link() {
            LinkProfile link = LinkProfile.IDEAL
                    .delay(Duration.ofMillis(random.nextInt(20)))
                    .jitter(Duration.ofMillis(random.nextInt(3)));
            link = chance(60) ? link.loss(random.nextDouble(0.1)) : link;
            link = chance(60) ? link.reordering(random.nextDouble(0.3), Duration.ofMillis(10)) : link;
            link = chance(30) ? link.duplication(0.05) : link;
            link = chance(30) ? link.batching(Duration.ofMillis(3)) : link;
            return chance(50) ? link.rate(20_000_000L + random.nextInt(200_000_000), 200_000) : link;
        }

        private void worsen(SimHost host) {
            if (chance(60)) {
                host.sendDelay(new SendDelay(random.nextDouble(), Duration.ZERO, SimPair.ms(1 + random.nextInt(100))));
            }
            if (chance(20)) {
                host.sendFault(SendFault.randomly(0.1, Errno.ENOBUFS));
            }
        }

        void play() {
            pair.listen(server());
            pair.onAccept(this::accepted);
            int connections = 1 + random.nextInt(5);
            for (int i = 0; i < connections && !clients.loop().isShuttingDown(); i++) {
                connect();
                if (chance(50)) {
                    somewhat();
                }
            }
            somewhat();
            int ends = 1 + random.nextInt(4);
            for (int i = 0; i < ends; i++) {
                end();
                if (chance(70)) {
                    somewhat();
                }
            }
        }

        private void somewhat() {
            pair.simulation.advance(Duration.ofNanos(random.nextLong(chance(30) ? 2_000_000 : 300_000_000)));
        }

        private ServerBootstrap server() {
            return pair.server()
                    .option(ChannelOption.AUTO_READ, chance(80))
                    .option(TouChannelOption.DEFER_ACCEPT, chance(30) ? 1 : 0)
                    .option(TouChannelOption.SYN_COOKIES, chance(30) ? SynCookieMode.ALWAYS : SynCookieMode.NEVER)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, chance(30))
                    .childOption(ChannelOption.AUTO_READ, chance(70))
                    .childOption(ChannelOption.SO_LINGER, chance(20) ? random.nextInt(3) : -1);
        }

        private void connect() {
            Recorder recorder = new Recorder();
            misbehave(recorder);
            Bootstrap client = pair.client(recorder)
                    .option(ChannelOption.AUTO_READ, chance(80))
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, chance(30))
                    .option(ChannelOption.SO_LINGER, chance(20) ? random.nextInt(3) : -1);
            SocketChannel channel = (SocketChannel)
                    client.connect(pair.serverHost.address(SimPair.PORT)).channel();
            channels.add(channel);
            recorder.on("active", this::write);
        }

        private void accepted(Recorder recorder) {
            misbehave(recorder);
            if (chance(70)) {
                recorder.on("active", this::write);
            }
        }

        // More than the send buffer takes, in pieces that are counted.
        private void write(SocketChannel channel) {
            for (int left = random.nextInt(3_000_000); left > 0; left -= 64 * 1024) {
                int bytes = Math.min(left, 1 + random.nextInt(64 * 1024));
                ByteBuf piece = pair.network.allocator().directBuffer(bytes).writeZero(bytes);
                channel.write(piece);
                if (chance(90)) {
                    channel.flush();
                }
            }
        }

        // In the middle of a burst the application throws, closes, or ends everything.
        private void misbehave(Recorder recorder) {
            if (chance(50)) {
                return;
            }
            int[] reads = {random.nextInt(20)};
            int what = random.nextInt(3);
            recorder.on("read", channel -> {
                if (reads[0]-- != 0) {
                    return;
                }
                if (what == 0) {
                    throw new IllegalStateException("an application that fails");
                } else if (what == 1) {
                    channel.close();
                } else {
                    end();
                }
            });
        }

        private void end() {
            boolean client = random.nextBoolean();
            EventLoopResources side = client ? clients : servers;
            if (side.loop().isShuttingDown()) {
                return;
            }
            switch (random.nextInt(8)) {
                case 0, 1 -> side.loop().shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
                case 2, 3 ->
                    List.copyOf(side.shards()).forEach(shard -> shard.udp().close());
                case 4 -> endOne(pair.listener());
                case 5 -> TouTransport.closeGracefully(side.loop(), random.nextInt(300), TimeUnit.MILLISECONDS);
                case 6 -> endOne(channels.get(random.nextInt(channels.size())));
                default -> pair.accepted.forEach(child -> endOne(child.channel()));
            }
        }

        private static void endOne(Channel channel) {
            if (channel != null && channel.isOpen() && !channel.eventLoop().isShuttingDown()) {
                channel.close();
            }
        }

        @Override
        public void close() {
            pair.close();
        }
    }

    private static void play(int seeds, long first) {
        for (long seed = first; seed < first + seeds; seed++) {
            Run run = new Run(seed);
            try (run) {
                run.play();
            } catch (RuntimeException | Error failure) {
                throw new AssertionError("seed " + seed, failure);
            }
            assertThat(run.pair.network.bytesInUse())
                    .as("bytes in use, seed " + seed)
                    .isZero();
            assertThat(run.clients.memory().bytes())
                    .as("client memory, seed " + seed)
                    .isZero();
            assertThat(run.servers.memory().bytes())
                    .as("server memory, seed " + seed)
                    .isZero();
            assertThat(run.clients.shards()).as("client sockets, seed " + seed).isEmpty();
            assertThat(run.servers.shards()).as("server sockets, seed " + seed).isEmpty();
        }
    }

    @Test
    void nothingIsLeft() {
        play(SEEDS, 1);
    }

    /** The peer's FIN is read while an ordered end waits for writes: the loop once turned there for ever. */
    @Test
    void endIsReadOnceWhileACloseWaits() {
        play(1, 1_247);
    }

    @Test
    @Tag("full")
    void nothingIsLeftInMany() {
        play(MANY_SEEDS, 1_000);
    }
}
