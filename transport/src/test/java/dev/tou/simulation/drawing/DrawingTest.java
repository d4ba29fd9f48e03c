// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.tou.channel.SimChannels;
import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

import static org.assertj.core.api.Assertions.assertThat;

/** A picture of a transfer has what happened in it. */
class DrawingTest {

    private static final int BYTES = 400_000;

    @RegisterExtension
    final Drawing drawing = new Drawing();

    @TempDir
    private Path folder;

    @Test
    void aTransferThatLosesSegments() throws Exception {
        transfer(LinkProfile.IDEAL
                .delay(Duration.ofMillis(20))
                .rate(10_000_000, 50_000)
                .loss(0.02));
        Path file = drawing.writeTo(folder.resolve("picture.svg"));
        Document picture = javax.xml.parsers.DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile());
        assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
        String svg = Files.readString(file);
        assertThat(svg).contains("sequence number", "congestion window", "retransmission timeout", "limited by");
        // One stroke for each segment, in blue or red, and a cross for each that was lost.
        assertThat(picture.getElementsByTagName("path").getLength()).isGreaterThan(10);
        assertThat(svg).containsPattern("[1-9][0-9]* sent again, [1-9][0-9]* lost on the wire");
        assertThat(svg)
                .contains(">A transfer that loses segments<", ">DrawingTest.aTransferThatLosesSegments, seed 7<");
        // At the same moment, so one below the other.
        assertThat(svg).containsPattern("y='96.0'[^>]*>half<").containsPattern("y='109.0'[^>]*>of it<");
    }

    @Test
    void aNameIsSaidInWords() {
        assertThat(Drawing.inWords("aReceiverStalledFor50MillisecondsDrawsAtMostOneProbe"))
                .isEqualTo("A receiver stalled for 50 milliseconds draws at most one probe");
        assertThat(Drawing.inWords("theSynIsRepeatedAfter1And1And2Seconds"))
                .isEqualTo("The syn is repeated after 1 and 1 and 2 seconds");
    }

    private void transfer(LinkProfile profile) throws IOException {
        try (SimulatedNetwork network = new SimulatedNetwork(7)) {
            SimHost client = network.addHost("client", "10.0.0.1");
            SimHost server = network.addHost("server", "10.0.0.2");
            network.link(client, server, profile);
            Simulation simulation = new Simulation(network);
            Sink sink = new Sink();
            drawing.watch(network);
            simulation.await(new SimChannels(server, 1, true)
                    .server()
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(sink);
                        }
                    })
                    .bind(server.address(7)));
            Channel channel = simulation
                    .await(new SimChannels(client, 1, true)
                            .client()
                            .option(TouChannelOption.TRANSPORT_LISTENER, drawing)
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect(server.address(7)))
                    .channel();
            channel.writeAndFlush(channel.alloc().buffer(BYTES).writeZero(BYTES));
            simulation.runUntil(() -> sink.received >= BYTES / 2, Duration.ofMinutes(1));
            drawing.mark("half");
            drawing.mark("of it");
            simulation.expect("all arrives", () -> sink.received == BYTES, Duration.ofMinutes(1));
            channel.close();
            simulation.advance(Duration.ofSeconds(1));
        }
    }

    private static final class Sink extends ChannelInboundHandlerAdapter {
        private int received;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf bytes = (ByteBuf) msg;
            received += bytes.readableBytes();
            bytes.release();
        }
    }
}
