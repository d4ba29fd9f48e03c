// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.SplittableRandom;

/**
 * Sends SYNs from addresses of loopback that never answer, as fast as one thread can or at a rate: each with a TCP port and a
 * sequence number at random, so that hardly two have the same name. Answers end in sockets that nobody reads.
 */
final class SynGenerator implements AutoCloseable {

    /** The options of a Linux client: MSS 1460, SACK permitted, timestamps, window scale 7. */
    private static final byte[] OPTIONS = {
        2, 4, 5, (byte) 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
    };

    private static final int HEADER_BYTES = 20 + 20;
    private static final int SYN = 2;
    private static final int PER_LOOK_AT_THE_CLOCK = 32;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final DatagramChannel[] sockets;
    private final int tcpPort;
    private final double perSecond;
    private final Thread thread = new Thread(this::run, "syn-generator");
    private volatile boolean stopped;
    private volatile long sent;
    private volatile long refused;
    private volatile long endNanos;
    private long beginNanos;

    /**
     * @param target where SYNs go
     * @param tcpPort the port in their headers
     * @param addresses from how many addresses
     * @param perSecond how many; 0 for as many as possible
     */
    SynGenerator(InetSocketAddress target, int tcpPort, int addresses, double perSecond) throws IOException {
        this.tcpPort = tcpPort;
        this.perSecond = perSecond;
        sockets = new DatagramChannel[addresses];
        for (int i = 0; i < addresses; i++) {
            sockets[i] = DatagramChannel.open(StandardProtocolFamily.INET);
            sockets[i].setOption(StandardSocketOptions.SO_RCVBUF, 1);
            sockets[i].bind(new InetSocketAddress(forged(i), 0));
            sockets[i].connect(target);
        }
        thread.setDaemon(true);
    }

    private static InetAddress forged(int i) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 66, (byte) (i >>> 8), (byte) (1 + i % 254)});
    }

    void start() {
        beginNanos = System.nanoTime();
        thread.start();
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer syn = ByteBuffer.allocateDirect(HEADER_BYTES);
        syn.putShort(2, (short) tcpPort)
                .putShort(12, (short) (HEADER_BYTES / 4 << 12 | SYN))
                .putShort(14, (short) -1);
        for (int i = 0; i < OPTIONS.length; i++) {
            syn.put(20 + i, OPTIONS[i]);
        }
        long count = 0;
        long failed = 0;
        while (!stopped) {
            for (int i = 0; i < PER_LOOK_AT_THE_CLOCK; i++) {
                syn.putShort(0, (short) (1024 + random.nextInt(64_000))).putInt(4, random.nextInt());
                try {
                    sockets[(int) (count % sockets.length)].write(syn.rewind());
                    count++;
                } catch (PortUnreachableException nobodyThere) {
                    failed++;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            sent = count;
            refused = failed;
            while (perSecond > 0 && !stopped && count > perSecond * seconds(System.nanoTime() - beginNanos)) {
                Thread.onSpinWait();
            }
        }
        endNanos = System.nanoTime();
    }

    private static double seconds(long nanos) {
        return (double) nanos / NANOS_PER_SECOND;
    }

    /** {@return how many a second have been sent} */
    double rate() {
        return sent / seconds(endNanos - beginNanos);
    }

    /** {@return how many the host refused to send, because nobody listened} */
    long refused() {
        return refused;
    }

    /** Stops, and waits until it has. */
    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (DatagramChannel socket : sockets) {
            socket.close();
        }
    }
}
