// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Nothing is written twice or out of order, nothing waits for the disk, and what waits is bounded. */
@Timeout(60)
class BackgroundWriterTest {

    private record Line(int thread, int number) implements BackgroundWriter.Entry {
        @Override
        public int bytes() {
            return 10;
        }
    }

    /** Keeps what is written; a disk that stands still until it is told to go on. */
    private static class Memory implements BackgroundWriter.Output<Line> {
        final List<String> written = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch mayWrite = new CountDownLatch(1);
        boolean closed;

        @Override
        public void write(Line entry) throws IOException {
            try {
                mayWrite.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            written.add(entry.thread + " " + entry.number);
        }

        @Override
        public void flush() {
            if (!written.get(written.size() - 1).equals("flush")) {
                written.add("flush");
            }
        }

        @Override
        public void end() {
            written.add("end");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class FullDisk extends Memory {
        @Override
        public void flush() {
            throw new IllegalStateException("no space left, says the test");
        }

        @Override
        public void failed(IOException why) {
            written.add("failed, closed: " + closed);
        }
    }

    @Test
    void allThatWasPutIsWrittenInOrder() throws Exception {
        Memory memory = new Memory();
        memory.mayWrite.countDown();
        BackgroundWriter<Line> writer = new BackgroundWriter<>("writer", Long.MAX_VALUE, memory);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 10_000; i++) {
                    writer.put(new Line(thread, i));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        writer.close();
        writer.close();
        for (int t = 0; t < 4; t++) {
            String prefix = t + " ";
            assertThat(memory.written.stream().filter(line -> line.startsWith(prefix)))
                    .hasSize(10_000)
                    .startsWith(t + " 0", t + " 1")
                    .isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b)));
        }
        assertThat(memory.written).endsWith("flush", "end");
        assertThat(memory.closed).isTrue();
        assertThat(writer.hasRoom(1)).isFalse();
    }

    private static int number(String line) {
        return Integer.parseInt(line.substring(2));
    }

    @Test
    void aDiskThatStandsStillHoldsUpNobody() throws Exception {
        Memory memory = new Memory();
        BackgroundWriter<Line> writer = new BackgroundWriter<>("writer", 100, memory);
        int put = 0;
        while (writer.hasRoom(10)) {
            writer.put(new Line(0, put++));
        }
        assertThat(put).isEqualTo(10);
        assertThat(memory.written).isEmpty();
        memory.mayWrite.countDown();
        writer.close();
        assertThat(memory.written).hasSize(12).endsWith("0 9", "flush", "end");
    }

    @Test
    void aDiskThatIsFullEndsIt() {
        FullDisk disk = new FullDisk();
        disk.mayWrite.countDown();
        BackgroundWriter<Line> writer = new BackgroundWriter<>("writer", 100, disk);
        writer.put(new Line(0, 0));
        assertThatThrownBy(writer::close).hasRootCauseMessage("no space left, says the test");
        assertThat(writer.hasRoom(1)).isFalse();
        assertThat(writer.failure()).isNotNull();
        assertThat(disk.closed).isTrue();
        assertThat(disk.written).containsExactly("0 0", "failed, closed: true");
    }
}
