// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The test's end of a {@link KernelProcessMain}. */
final class KernelProcess implements AutoCloseable {

    static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final ObjectOutputStream tasks;
    private final Map<Integer, CompletableFuture<Object>> running = new ConcurrentHashMap<>();
    private int last;

    /**
     * @param prefix of the command: what makes it run in the namespace
     */
    KernelProcess(List<String> prefix) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        // It lives for a second or two: a quick start is what counts.
        command.addAll(List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp", classPath));
        command.add(KernelProcessMain.class.getName());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        tasks = new ObjectOutputStream(process.getOutputStream());
        tasks.flush();
        Thread reader = new Thread(this::readAnswers, "answers of the kernel's process");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it there; the future has its result, or what it threw. */
    @SuppressWarnings("unchecked")
    synchronized <T> CompletableFuture<T> start(KernelTask<T> task) {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        running.put(++last, answer);
        try {
            tasks.writeInt(last);
            tasks.writeUnshared(task);
            tasks.reset();
            tasks.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (CompletableFuture<T>) answer;
    }

    <T> T run(KernelTask<T> task) {
        return result(start(task));
    }

    /** {@return the result, once it is there} */
    static <T> T result(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("on the kernel's side: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not done within " + PATIENCE_SECONDS + " s on the kernel's side", e);
        }
    }

    /** {@return what it threw, once it has} */
    static Throwable failure(CompletableFuture<?> future) {
        try {
            return new AssertionError("no failure but " + future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not failed within " + PATIENCE_SECONDS + " s on the kernel's side", e);
        }
    }

    private void readAnswers() {
        try (ObjectInputStream answers = new ObjectInputStream(process.getInputStream())) {
            while (true) {
                CompletableFuture<Object> answer = running.remove(answers.readInt());
                if (answers.readBoolean()) {
                    answer.complete(answers.readObject());
                } else {
                    answer.completeExceptionally((Throwable) answers.readObject());
                }
            }
        } catch (IOException | ClassNotFoundException end) {
            running.values().forEach(answer -> answer.completeExceptionally(end));
        }
    }

    /** Ends it as {@code kill -9} does: the kernel closes its sockets. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** Asks it to end, as {@code kill} does: it has all the time that it needs for its last words, and is there until {@link #kill}. */
    void terminate() {
        process.destroy();
    }

    private void await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the kernel's process does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
