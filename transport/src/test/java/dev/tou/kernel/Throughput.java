// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import dev.tou.kernel.Interop.Connection;
import dev.tou.kernel.Interop.Opener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;

/**
 * How fast the kernel and we are together, measured against two kernels: kernel to kernel through two bridges, kernel to us and we
 * to the kernel through one, in turns, on one connection of 1492 bytes of MTU each. A program, not a test: {@code
 * bench/kernel-peer.sh} runs it.
 */
final class Throughput {

    private static final int CHUNK = 256 << 10;
    private static final int BUFFER = 4 << 20;

    private final long warmUpMillis;
    private final long millis;

    private Throughput(long warmUpMillis, long millis) {
        this.warmUpMillis = warmUpMillis;
        this.millis = millis;
    }

    /**
     * @param args the number of rounds, the milliseconds of a measurement and the congestion control of the kernels; by default 7,
     *     3000 and what the machine has
     */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        long millis = args.length > 1 ? Long.parseLong(args[1]) : 3000;
        Throughput throughput = new Throughput(millis / 3, millis);
        Map<String, double[]> results = new LinkedHashMap<>();
        try (Interop interop = new Interop("epoll")
                        .option(ChannelOption.SO_RCVBUF, BUFFER)
                        .option(ChannelOption.SO_SNDBUF, BUFFER);
                KernelHost other = KernelHost.start()) {
            if (args.length > 2) {
                interop.kernel.sysctl("net.ipv4.tcp_congestion_control", args[2]);
                other.sysctl("net.ipv4.tcp_congestion_control", args[2]);
            }
            System.out.printf(
                    "Linux %s, Java %s, %d x %s, kernels with %s, load %s%n",
                    System.getProperty("os.version"),
                    Runtime.version(),
                    Runtime.getRuntime().availableProcessors(),
                    processor(),
                    interop.kernel
                            .exec("cat", "/proc/sys/net/ipv4/tcp_congestion_control")
                            .trim(),
                    Files.readString(Path.of("/proc/loadavg")).trim());
            KernelHost.KernelListener otherListener = other.listen();
            for (int round = 0; round < rounds; round++) {
                note(
                        results,
                        "kernel to kernel",
                        round,
                        rounds,
                        throughput.kernelToKernel(interop, other, otherListener));
                note(results, "kernel to tou", round, rounds, throughput.kernelToTou(interop));
                note(results, "tou to kernel", round, rounds, throughput.touToKernel(interop));
            }
        }
        print(results);
        System.exit(0);
    }

    private static void note(Map<String, double[]> results, String name, int round, int rounds, double value) {
        results.computeIfAbsent(name, first -> new double[rounds])[round] = value;
        System.out.printf("%2d  %-17s %8.0f Mbit/s%n", round + 1, name, value);
    }

    private static void print(Map<String, double[]> results) {
        double reference = 0;
        System.out.printf("%n%-17s %8s %8s %8s %7s  Mbit/s%n", "", "median", "least", "most", "ratio");
        for (Map.Entry<String, double[]> result : results.entrySet()) {
            double[] sorted = result.getValue().clone();
            Arrays.sort(sorted);
            double median = sorted[sorted.length / 2];
            reference = reference == 0 ? median : reference;
            System.out.printf(
                    "%-17s %8.0f %8.0f %8.0f %7.2f%n",
                    result.getKey(), median, sorted[0], sorted[sorted.length - 1], median / reference);
        }
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceAll(".*:\\s*", ""))
                .findFirst()
                .orElse("processors");
    }

    /** {@return Mbit/s of what the counter counts, after a while} */
    private double measure(LongSupplier received) throws InterruptedException {
        Thread.sleep(warmUpMillis);
        long bytes = received.getAsLong();
        long began = System.nanoTime();
        Thread.sleep(millis);
        return (received.getAsLong() - bytes) * 8e3 / (System.nanoTime() - began);
    }

    private double kernelToKernel(Interop interop, KernelHost other, KernelHost.KernelListener listener)
            throws InterruptedException {
        CompletableFuture<KernelSocket> accept = listener.accept();
        KernelSocket from =
                KernelProcess.result(interop.kernel.connect(other.udp().getPort(), 0, 0));
        KernelSocket to = KernelProcess.result(accept);
        return kernelReceives(to, from::close, from.start(Throughput::sendForEver));
    }

    private double kernelToTou(Interop interop) throws InterruptedException {
        Connection connection = interop.open(Opener.KERNEL);
        LongAdder received = new LongAdder();
        connection.tou().channel().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                received.add(((ByteBuf) msg).readableBytes());
                ((ByteBuf) msg).release();
            }
        });
        connection.kernel().start(Throughput::sendForEver);
        double result = measure(received::sum);
        connection.tou().reset();
        return result;
    }

    private double touToKernel(Interop interop) throws InterruptedException {
        Connection connection = interop.open(Opener.TOU);
        Channel channel = connection.tou().channel();
        ByteBuf chunk = Unpooled.directBuffer(CHUNK).writeZero(CHUNK);
        ChannelInboundHandlerAdapter sender = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                while (channel.isActive() && channel.isWritable()) {
                    channel.writeAndFlush(chunk.retainedDuplicate());
                }
            }
        };
        channel.pipeline().addFirst(sender);
        channel.eventLoop().execute(() -> channel.pipeline().fireChannelWritabilityChanged());
        double result =
                kernelReceives(connection.kernel(), connection.tou()::reset, CompletableFuture.completedFuture(null));
        chunk.release();
        return result;
    }

    private double kernelReceives(KernelSocket to, Runnable end, CompletableFuture<?> sending)
            throws InterruptedException {
        CompletableFuture<?> receiving = to.start(Throughput::receiveForEver);
        double result = measure(() -> to.run(socket -> RECEIVED.sum()));
        end.run();
        receiving.handle((done, failure) -> null).join();
        sending.handle((done, failure) -> null).join();
        to.close();
        return result;
    }

    /** In the kernel's process: what {@link #receiveForEver} has read. */
    private static final LongAdder RECEIVED = new LongAdder();

    private static Object receiveForEver(Socket socket) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int read; (read = socket.getInputStream().read(chunk)) >= 0; ) {
            RECEIVED.add(read);
        }
        return null;
    }

    private static Object sendForEver(Socket socket) throws IOException {
        byte[] chunk = new byte[CHUNK];
        while (true) {
            socket.getOutputStream().write(chunk);
        }
    }
}
