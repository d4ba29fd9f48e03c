// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.local.LocalChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class DiskThreadTest {

    private static final int PIECE = 1 << 20;

    private final io.netty.channel.EventLoopGroup group =
            new io.netty.channel.MultiThreadIoEventLoopGroup(1, io.netty.channel.local.LocalIoHandler.newFactory());
    private Channel channel;
    private DiskThread disk;

    @BeforeEach
    void open() {
        channel = new LocalChannel();
        group.register(channel).syncUninterruptibly();
        disk = new DiskThread(channel);
    }

    @AfterEach
    void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void sleepUntil(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs in the loop, and after everything that the loop was given before. */
    private boolean isReading() throws Exception {
        return channel.eventLoop().submit(() -> channel.config().isAutoRead()).get();
    }

    private void settle() throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        disk.call(() -> true, done::complete, done::completeExceptionally);
        done.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aSlowDiskStopsTheReadingAndAFastOneResumesIt() throws Exception {
        CountDownLatch diskIsFree = new CountDownLatch(1);
        Consumer<ByteBuf> slow = piece -> sleepUntil(diskIsFree);
        for (long queued = 0; queued < DiskThread.HIGH_BYTES; queued += PIECE) {
            disk.write(slow, Unpooled.buffer(PIECE).writeZero(PIECE), e -> {});
        }
        assertThat(isReading()).isTrue();
        disk.write(slow, Unpooled.buffer(PIECE).writeZero(PIECE), e -> {});
        assertThat(isReading()).isFalse();
        assertThat(disk.isBehind()).isTrue();
        diskIsFree.countDown();
        settle();
        assertThat(isReading()).isTrue();
        assertThat(disk.isBehind()).isFalse();
    }

    @Test
    void aFailureIsToldInTheEventLoopAndThePieceIsReleased() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        ByteBuf piece = Unpooled.buffer().writeInt(1);
        disk.write(
                ignored -> {
                    throw new IllegalStateException("disk");
                },
                piece,
                e -> {
                    assertThat(channel.eventLoop().inEventLoop()).isTrue();
                    failure.complete(e);
                });
        assertThat(failure.get(30, TimeUnit.SECONDS)).hasMessage("disk");
        settle();
        assertThat(piece.refCnt()).isZero();
    }
}
