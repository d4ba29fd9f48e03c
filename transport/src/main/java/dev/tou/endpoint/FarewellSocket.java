// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Datagrams from the port of a channel that has just closed, through a socket of their own. With NIO the JDK holds on to the port
 * until the event loop selects again, or has ended; so this tries for a while, on another thread. With io_uring the kernel may
 * close the old socket much later; that one shares its port, and then so does this.
 */
final class FarewellSocket implements Runnable {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FarewellSocket.class);

    private static final int TRIES = 400;
    private static final long PAUSE_MILLIS = 5;

    private final InetSocketAddress local;
    private final boolean sharesPort;
    private final List<DatagramPacket> datagrams;
    private int tries;

    private FarewellSocket(InetSocketAddress local, boolean sharesPort, List<DatagramPacket> datagrams) {
        this.local = local;
        this.sharesPort = sharesPort;
        this.datagrams = datagrams;
    }

    /**
     * Sends and releases the datagrams, at once or soon.
     *
     * @param sharesPort whether the channel had SO_REUSEPORT, so that its socket, or others beside it, may still be bound
     */
    static void send(InetSocketAddress local, boolean sharesPort, List<DatagramPacket> datagrams) {
        new FarewellSocket(local, sharesPort, datagrams).run();
    }

    @Override
    public void run() {
        boolean again = false;
        try (DatagramChannel socket = DatagramChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (sharesPort && socket.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            socket.configureBlocking(false);
            socket.bind(local);
            for (DatagramPacket datagram : datagrams) {
                say(socket, datagram);
            }
        } catch (BindException e) {
            again = ++tries < TRIES;
        } catch (IOException e) {
            LOGGER.debug("no last words from {}", local, e);
        }
        if (again) {
            GlobalEventExecutor.INSTANCE.schedule(this, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            datagrams.forEach(DatagramPacket::release);
        }
    }

    private static void say(DatagramChannel socket, DatagramPacket datagram) {
        try {
            socket.send(datagram.content().nioBuffer(), datagram.recipient());
        } catch (IOException e) {
            // This peer cannot be reached; others can.
            LOGGER.debug("no last words to {}", datagram.recipient(), e);
        }
    }
}
