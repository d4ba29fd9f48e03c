// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;

/** Both sides of a scenario: a kernel behind its bridge, our event loops, and one connection or many between them. */
final class Interop implements AutoCloseable {

    /** Who opens a connection; the other one listens. */
    enum Opener {
        KERNEL,
        TOU
    }

    /** The two ends of a connection. */
    record Connection(TouEnd tou, KernelSocket kernel) {}

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    final KernelHost kernel;
    final TouHost tou;
    private final Map<ChannelOption<?>, Object> options = new HashMap<>();
    private int kernelReceiveBuffer;
    private KernelHost.KernelListener kernelListener;
    private Channel touListener;

    /**
     * @param io of our side, {@code nio} or {@code epoll}
     * @param bridge options of {@code tunbridge}
     */
    Interop(String io, String... bridge) {
        tou = new TouHost(io);
        kernel = KernelHost.start(bridge);
    }

    /** Gives our channels an option. */
    <T> Interop option(ChannelOption<T> option, T value) {
        options.put(option, value);
        return this;
    }

    /** Gives the sockets that the kernel opens a receive buffer of this size. */
    Interop kernelReceiveBuffer(int bytes) {
        kernelReceiveBuffer = bytes;
        return this;
    }

    /** {@return the address of a listener of ours, the same every time} */
    InetSocketAddress touListener() {
        if (touListener == null) {
            touListener = tou.listen(new InetSocketAddress(kernel.udp().getAddress(), 0), options);
        }
        return (InetSocketAddress) touListener.localAddress();
    }

    void closeTouListener() {
        TouHost.done(touListener.close());
    }

    KernelHost.KernelListener kernelListener() {
        if (kernelListener == null) {
            kernelListener = kernel.listen();
        }
        return kernelListener;
    }

    /** Starts to connect to the kernel, from a local port or, with 0, any. */
    ChannelFuture connectTou(TouEnd end, int localPort) {
        Bootstrap client = tou.client(end);
        options.forEach((option, value) -> client.option(TouHost.cast(option), value));
        return localPort == 0
                ? client.connect(kernel.udp())
                : client.connect(
                        kernel.udp(), new InetSocketAddress(kernel.udp().getAddress(), localPort));
    }

    Connection open(Opener opener) {
        if (opener == Opener.KERNEL) {
            KernelSocket socket =
                    KernelProcess.result(kernel.connect(touListener().getPort(), 0, kernelReceiveBuffer));
            return new Connection(tou.accepted(), socket);
        }
        CompletableFuture<KernelSocket> accept = kernelListener().accept();
        TouEnd end = new TouEnd();
        TouHost.done(connectTou(end, 0));
        return new Connection(end, KernelProcess.result(accept));
    }

    /** Waits for what no event tells of. */
    static void until(String what, BooleanSupplier true_) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(KernelProcess.PATIENCE_SECONDS);
        while (!true_.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + KernelProcess.PATIENCE_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    @Override
    public void close() {
        try {
            tou.close();
        } finally {
            kernel.close();
        }
    }
}
