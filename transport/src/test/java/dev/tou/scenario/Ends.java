// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import dev.tou.channel.TouSocketChannel;
import dev.tou.simulation.LinkProfile;
import dev.tou.state.TcpState;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import static org.assertj.core.api.Assertions.assertThat;

/** A connection whose two ends do what a test says, and the segments between them, written as people write them. */
final class Ends implements AutoCloseable {

    static final Duration ONE_WAY = Duration.ofMillis(10);

    /** Counts what it reads, and remembers how it ended. */
    static final class End extends ChannelInboundHandlerAdapter {
        private ChannelHandlerContext ctx;
        private long received;
        private boolean ended;
        private Throwable failure;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            ctx = context;
            context.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object msg) {
            ByteBuf bytes = (ByteBuf) msg;
            received += bytes.readableBytes();
            bytes.release();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended = true;
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure = cause;
        }

        long received() {
            return received;
        }

        boolean hasEnded() {
            return ended;
        }

        Throwable failure() {
            return failure;
        }

        TouSocketChannel channel() {
            return (TouSocketChannel) ctx.channel();
        }

        TcpState state() {
            return channel().tcpInfo().state();
        }

        void writes(int bytes) {
            channel().writeAndFlush(channel().alloc().buffer(bytes).writeZero(bytes));
        }
    }

    private final Scenario scenario;
    private final End client = new End();
    private final End server = new End();
    private int seen;

    /** Two ends that are connected, 10 ms apart. */
    Ends(Scenario scenario, UnaryOperator<ServerBootstrap> serverOptions) {
        this.scenario = scenario.path(LinkProfile.IDEAL.delay(ONE_WAY))
                .server(serverOptions)
                .keepSegments();
        scenario.open(client, server);
        scenario.simulation()
                .expect("connected", () -> client.ctx != null && server.ctx != null, Duration.ofSeconds(10));
        advanceMillis(100);
        seen = scenario.ledger().segments().size();
    }

    Scenario scenario() {
        return scenario;
    }

    End client() {
        return client;
    }

    End server() {
        return server;
    }

    void advanceMillis(long millis) {
        scenario.advance(Duration.ofMillis(millis));
    }

    /** {@return the segments since the last question: whose, control bits, and bytes of text} */
    List<String> wire() {
        List<Sighting> all = scenario.ledger().segments();
        List<String> lines =
                all.subList(seen, all.size()).stream().map(Ends::describe).toList();
        seen = all.size();
        return lines;
    }

    private static String describe(Sighting s) {
        StringBuilder line = new StringBuilder(s.fromClient() ? "> " : "< ");
        line.append((s.bits() & 1) != 0 ? "FIN " : "");
        line.append((s.bits() & 4) != 0 ? "RST " : "");
        line.append((s.bits() & 0x10) != 0 ? "ACK" : "");
        line.append(s.hasText() ? " " + s.length() : "");
        return line.toString();
    }

    /** {@return how many records of TIME-WAIT the client's end has} */
    int timeWaitRecords() {
        return scenario.clientTimeWaitRecords();
    }

    void states(TcpState ofClient, TcpState ofServer) {
        assertThat(client.state()).as("the client's state").isEqualTo(ofClient);
        assertThat(server.state()).as("the server's state").isEqualTo(ofServer);
    }

    @Override
    public void close() {
        client.channel().close();
        server.channel().close();
        scenario.settle();
        scenario.close();
    }
}
