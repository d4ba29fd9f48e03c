// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** "tou receive --once" ends after one file, and not before its disk. */
@Timeout(120)
class ReceiveOnceTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private final AtomicInteger exit = new AtomicInteger(-1);

    private Thread receive() {
        CommandLine all = tou.commandLine();
        ReceiveCommand command = all.getSubcommands().get("receive").getCommand();
        command.disk(temporary -> new HeldFile(TargetFile.ON_DISK.open(temporary), asked, free));
        Thread thread = new Thread(() -> exit.set(
                all.execute("receive", "--bind=127.0.0.1", "--port=0", "--dir=" + folder, "--once", "--report=json")));
        thread.start();
        return thread;
    }

    private String awaitSaid(String pattern) throws InterruptedException {
        for (int i = 0; i < 6000; i++) {
            Matcher said = Pattern.compile(pattern).matcher(tou.out());
            if (said.find()) {
                return said.group(1);
            }
            Thread.sleep(10);
        }
        throw new AssertionError("waited in vain for " + pattern + "; it said " + tou.out() + tou.err());
    }

    @Test
    void writesWhatItHasReadFromASenderThatWentAway() throws Exception {
        Thread receiving = receive();
        try {
            int port = Integer.parseInt(awaitSaid("\"port\":(\\d+)"));
            try (HandDrivenSender sender =
                    new HandDrivenSender(Transports.Io.preferred(), new HostAndPort("127.0.0.1", port))) {
                sender.offer("file.bin", 1_000_000);
                sender.beginWhenAccepted();
                sender.bytes("some of it");
                assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(awaitSaid("\"(failed)\"")).isEqualTo("failed");
            receiving.join(1000); // it is over, but for the disk
            assertThat(receiving.isAlive()).as("waits for the disk").isTrue();
        } finally {
            free.countDown();
            receiving.join();
        }
        assertThat(exit).hasValue(ExitCode.RESET.code());
        assertThat(PartialFile.of(folder.resolve("file.bin"))).hasContent("some of it");
    }
}
