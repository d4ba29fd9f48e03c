// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a capture says of what it lacks, and of the time. */
class CaptureTest {

    private static final InetSocketAddress HERE = new InetSocketAddress("10.0.0.1", 1000);
    private static final InetSocketAddress THERE = new InetSocketAddress("10.0.0.2", 7);
    private static final long LIMIT = 2000;

    @TempDir
    Path directory;

    private static void take(Capture capture, int bytes, int stride) {
        ByteBuf content = Unpooled.wrappedBuffer(new byte[bytes]);
        capture.take(Ticker.systemTicker(), Direction.OUTBOUND, HERE, THERE, content, stride);
        assertThat(content.readableBytes()).isEqualTo(bytes);
    }

    /** As long as nobody interrupts: that would be the end of a test that hangs. */
    private static void until(BooleanSupplier true_) {
        while (!true_.getAsBoolean()) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.onSpinWait();
        }
    }

    @Test
    void whatFindsNoRoomIsCounted() throws Exception {
        Path path = directory.resolve("drops.pcapng");
        Capture capture =
                Capture.to(path, Files.newOutputStream(path), PcapNgWriter.WHOLE_PACKETS, Long.MAX_VALUE, LIMIT);
        take(capture, 5000, 1000);
        take(capture, 5001, Integer.MAX_VALUE);
        take(capture, 100, Integer.MAX_VALUE);
        capture.close();
        take(capture, 100, Integer.MAX_VALUE);
        assertThat(capture.dropped()).isEqualTo(7);
        assertThat(capture.written()).isEqualTo(1);
        PcapNgFile file = PcapNgFile.read(path);
        assertThat(file.packets(0))
                .singleElement()
                .satisfies(packet -> assertThat(packet.comment()).isEqualTo("datagrams missing before this one: 6"));
        assertThat(file.statistics()).startsWith(new PcapNgFile.Statistics(0, 7, 6));
    }

    @Test
    void aTrainIsSplitAndAnEmptyDatagramIsOne() throws Exception {
        Path path = directory.resolve("train.pcapng");
        long before = System.currentTimeMillis();
        try (Capture capture = Capture.open(path)) {
            take(capture, 2500, 1000);
            take(capture, 0, Integer.MAX_VALUE);
        }
        PcapNgFile file = PcapNgFile.read(path);
        assertThat(file.packets(0))
                .extracting(packet -> packet.payload().remaining())
                .containsExactly(1000, 1000, 500, 0);
        long millis = file.packets(0).get(0).nanos() / 1_000_000;
        assertThat(millis).isBetween(before - 1000, System.currentTimeMillis() + 1000);
        assertThat(file.packets(0).get(0).nanos())
                .isEqualTo(file.packets(0).get(2).nanos());
    }

    @Test
    void aDiskThatIsFullIsKnownBeforeTheEnd() throws Exception {
        OutputStream disk = new OutputStream() {
            private int room = 4000;

            @Override
            public void write(int b) throws IOException {
                if (room-- == 0) {
                    throw new IOException("No space left on device");
                }
            }
        };
        Path path = directory.resolve("full.pcapng");
        Capture capture = Capture.to(path, disk, PcapNgWriter.WHOLE_PACKETS, Long.MAX_VALUE, 1 << 20);
        assertThat(capture.failure()).isNull();
        take(capture, 5000, Integer.MAX_VALUE);
        until(() -> capture.failure() != null);
        take(capture, 100, Integer.MAX_VALUE);
        assertThat(capture.dropped()).isEqualTo(1);
        assertThat(capture.failure()).hasMessage("No space left on device");
        assertThatThrownBy(capture::close).isSameAs(capture.failure());
    }

    @Test
    void itEndsExactlyAtItsCount() throws Exception {
        Path path = directory.resolve("counted.pcapng");
        Capture capture = Capture.open(path, PcapNgWriter.WHOLE_PACKETS, 3);
        take(capture, 0, Integer.MAX_VALUE);
        take(capture, 5000, 1000);
        take(capture, 100, Integer.MAX_VALUE);
        capture.close();
        assertThat(capture.written()).isEqualTo(3);
        assertThat(capture.dropped()).as("nothing is missing").isZero();
        assertThat(PcapNgFile.read(path).packets(0))
                .extracting(packet -> packet.payload().remaining())
                .containsExactly(0, 1000, 1000);
    }

    @Test
    void virtualTimeIsToldAsItIs() throws Exception {
        Path path = directory.resolve("virtual.pcapng");
        try (Capture capture = Capture.open(path)) {
            MockTicker ticker = Ticker.newMockTicker();
            ticker.advance(42, TimeUnit.NANOSECONDS);
            capture.take(ticker, Direction.INBOUND, HERE, THERE, Unpooled.EMPTY_BUFFER, Integer.MAX_VALUE);
        }
        assertThat(PcapNgFile.read(path).packets(0).get(0).nanos()).isEqualTo(42);
    }

    /** A file that is still being written can be read up to its last whole block, as after a kill. */
    @Test
    void theFileIsReadableAtAnyTime() throws Exception {
        Path path = directory.resolve("growing.pcapng");
        try (Capture capture = Capture.open(path)) {
            assertThat(PcapNgFile.read(path).interfaces()).hasSize(2);
            take(capture, 100, Integer.MAX_VALUE);
            until(() -> capture.written() > 0);
            assertThat(PcapNgFile.read(path).packets(0)).hasSize(1);
            assertThat(PcapNgFile.read(path).statistics()).isEmpty();
        }
        assertThat(Files.size(path)).isPositive();
    }
}
