// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ConnectionReport;
import dev.tou.bench.Console;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Relays;
import dev.tou.bench.Transports;
import dev.tou.bench.file.FileReceiver;
import dev.tou.bench.file.FileSender;
import dev.tou.bench.file.Heard;
import dev.tou.bench.file.Reception;
import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.UdpRelay;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** What the table of the demo counts as sent again is what its page counts, which reads the trace: from the SYN to the FIN. */
@Timeout(60)
class RepetitionsTest {

    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int CONTROL_BITS_AT = 13;

    @TempDir
    Path folder;

    /** Loses the first datagram that has the SYN and the first that has the FIN. */
    private static final class Hole extends ChannelInboundHandlerAdapter {
        private int seen;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            int bits = ((DatagramPacket) message).content().getByte(CONTROL_BITS_AT) & (SYN | FIN);
            if ((bits & ~seen) != 0) {
                seen |= bits;
                ReferenceCountUtil.release(message);
            } else {
                ctx.fireChannelRead(message);
            }
        }
    }

    @Test
    void theTableCountsWhatTheTraceHas() throws Exception {
        Hole hole = new Hole();
        ConnectionReport report = sendThrough(hole);
        assertThat(hole.seen).isEqualTo(SYN | FIN);
        long segments = 0;
        long again = 0;
        for (String line : Files.readAllLines(folder.resolve("rehearsal.jsonl"))) {
            JsonNode event = new ObjectMapper().readTree(line);
            String name = event.path("e").asText();
            segments +=
                    name.matches("sent|retransmitted") ? event.path("segments").asLong() : 0;
            again += name.equals("retransmitted") ? event.path("segments").asLong() : 0;
        }
        assertThat(again).isGreaterThanOrEqualTo(2);
        assertThat(report.retransmits()).isEqualTo(again);
        assertThat(report.segmentsSent()).isEqualTo(segments);
    }

    private ConnectionReport sendThrough(Hole hole) throws Exception {
        Transports.Io io = Transports.Io.preferred();
        Path file = folder.resolve("file");
        SeededFile.write(file, 100_000, 7);
        Reception files =
                Reception.into(Files.createDirectory(folder.resolve("inbox")), Duration.ofSeconds(30), new Heard());
        RecordingOptions options = CommandLine.populateCommand(
                new RecordingOptions(), "--trace", folder.resolve("unused").toString());
        try (FileReceiver receiver = FileReceiver.listen(
                        io, new InetSocketAddress("127.0.0.1", 0), channel -> files.install(channel.pipeline()));
                UdpRelay relay = Relays.to(receiver.address(), io, ImpairmentProfile.PERFECT);
                Recording recording = options.rehearse(folder)) {
            relay.tap(hole);
            FileSender sender = FileSender.start(
                    io, file, null, HostAndPort.of(relay.address()), Duration.ofSeconds(30), false, recording);
            Console nobody = new CapturedConsole().console();
            return DemoClientCommand.outcome(sender, nobody, new JsonLines(nobody, true))
                    .connection();
        }
    }
}
