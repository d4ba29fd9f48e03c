// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** A connected {@link Socket} of the kernel, as the test sees it from outside. */
final class KernelSocket {

    /** What is done with the socket, over there. */
    @FunctionalInterface
    interface SocketTask<T> extends Serializable {
        T run(Socket socket) throws Exception;
    }

    /** The same, without a result. */
    @FunctionalInterface
    interface SocketAction extends Serializable {
        void run(Socket socket) throws Exception;
    }

    private final KernelProcess process;
    private final int id;

    KernelSocket(KernelProcess process, int id) {
        this.process = process;
        this.id = id;
    }

    <T> CompletableFuture<T> start(SocketTask<T> task) {
        int number = id;
        return process.start(() -> task.run((Socket) KernelProcessMain.kept(Closeable.class, number)));
    }

    <T> T run(SocketTask<T> task) {
        return KernelProcess.result(start(task));
    }

    void act(SocketAction action) {
        run(socket -> {
            action.run(socket);
            return null;
        });
    }

    /** Writes a {@link Payload}. */
    CompletableFuture<String> sends(long seed, long bytes) {
        return start(socket -> Payload.write(socket.getOutputStream(), seed, bytes));
    }

    /** Reads so many bytes; the future has their {@linkplain Payload#digest(long, long) digest}. */
    CompletableFuture<String> receives(long bytes) {
        return start(socket -> Payload.read(socket.getInputStream(), bytes));
    }

    /** {@return what the next read returns: a byte, or -1 for the end} */
    CompletableFuture<Integer> reads() {
        return start(socket -> socket.getInputStream().read());
    }

    void shutdownOutput() {
        act(Socket::shutdownOutput);
    }

    void close() {
        act(Socket::close);
    }

    /** Closes with {@code SO_LINGER} 0: a RST instead of a FIN. */
    void reset() {
        act(KernelSocket::reset);
    }

    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
