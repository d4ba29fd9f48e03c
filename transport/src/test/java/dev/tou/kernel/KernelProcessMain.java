// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process in the kernel's namespace. It reads a number and a {@link KernelTask}, again and again, runs each in a thread of its
 * own and answers with the number and the result or what was thrown. It ends with its standard input, so with the test, and not
 * before, but if it is killed.
 */
final class KernelProcessMain {

    private static final Map<Integer, Closeable> KEPT = new ConcurrentHashMap<>();
    private static final AtomicInteger LAST = new AtomicInteger();

    private KernelProcessMain() {}

    /** {@return the number by which later tasks find it} */
    static int keep(Closeable socket) {
        int id = LAST.incrementAndGet();
        KEPT.put(id, socket);
        return id;
    }

    static <T extends Closeable> T kept(Class<T> type, int id) {
        return type.cast(KEPT.get(id));
    }

    /** However busy the machine is: hooks that say good-bye do not wait for long. */
    private static void staysForLastWords(CountDownLatch end) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    public static void main(String[] args) throws IOException, ClassNotFoundException {
        OutputStream out = System.out;
        System.setOut(new PrintStream(System.err));
        ObjectOutputStream answers = new ObjectOutputStream(out);
        answers.flush();
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        CountDownLatch end = new CountDownLatch(1);
        staysForLastWords(end);
        try (ObjectInputStream tasks = new ObjectInputStream(System.in)) {
            while (true) {
                int number = tasks.readInt();
                KernelTask<?> task = (KernelTask<?>) tasks.readObject();
                threads.execute(() -> answer(answers, number, task));
            }
        } catch (java.io.EOFException theTestIsOver) {
            end.countDown();
            System.exit(0);
        } finally {
            end.countDown();
        }
    }

    private static void answer(ObjectOutputStream answers, int number, KernelTask<?> task) {
        Object result;
        boolean done = true;
        try {
            result = task.call();
        } catch (Exception | AssertionError failure) {
            result = failure;
            done = false;
        }
        try {
            synchronized (answers) {
                answers.writeInt(number);
                answers.writeBoolean(done);
                answers.writeUnshared(result);
                answers.reset();
                answers.flush();
            }
        } catch (IOException theTestIsGone) {
            System.exit(1);
        }
    }
}
