// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A transfer counts for as long as its disk thread has work, whether or not its sender is still there. */
@Timeout(120)
class PlaceOfATransferTest {

    @TempDir
    Path folder;

    private final Heard heard = new Heard();
    private final Transports.Io io = Transports.Io.preferred();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private Reception reception;
    private FileReceiver receiver;

    private HandDrivenSender sender(TargetFile.Opener disk) {
        Inbox inbox = new Inbox(folder.toAbsolutePath(), null, false, true, disk);
        reception = new Reception(inbox, false, Duration.ofSeconds(60), heard);
        receiver = FileReceiver.listen(
                io, new InetSocketAddress("127.0.0.1", 0), channel -> reception.install(channel.pipeline()));
        return new HandDrivenSender(
                io, new HostAndPort("127.0.0.1", receiver.address().getPort()));
    }

    @AfterEach
    void close() {
        free.countDown();
        receiver.close();
    }

    /** The sender leaves while the disk is asked for something that it does not do yet. */
    private void breaksOffMeanwhile(HandDrivenSender sender) throws InterruptedException {
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        sender.close();
        assertThat(heard.end(Failure.class).exit()).isEqualTo(ExitCode.RESET);
        assertThat(reception.active()).as("while the disk is at work").isOne();
        free.countDown();
        for (int i = 0; i < 6000 && reception.active() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(reception.active()).as("when the disk has done").isZero();
        assertThat(heard.isSilent()).isTrue();
    }

    @Test
    void whileItIsWritten() throws Exception {
        try (HandDrivenSender sender =
                sender(temporary -> new HeldFile(TargetFile.ON_DISK.open(temporary), asked, free))) {
            sender.offer("file.bin", 1_000_000);
            sender.beginWhenAccepted();
            sender.bytes("some of it");
            breaksOffMeanwhile(sender);
        }
        assertThat(PartialFile.of(folder.resolve("file.bin"))).hasContent("some of it");
    }

    @Test
    void whileItIsOpened() throws Exception {
        try (HandDrivenSender sender = sender(temporary -> {
            hold();
            return TargetFile.ON_DISK.open(temporary);
        })) {
            sender.offer("file.bin", 1_000_000);
            breaksOffMeanwhile(sender);
        }
    }

    @Test
    void whileItCannotBeOpened() throws Exception {
        try (HandDrivenSender sender = sender(temporary -> {
            hold();
            throw new IOException("a disk that fails");
        })) {
            sender.offer("file.bin", 1_000_000);
            breaksOffMeanwhile(sender);
        }
    }

    private void hold() {
        asked.countDown();
        try {
            free.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
