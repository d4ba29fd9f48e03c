// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.IoUringLoops;
import dev.tou.channel.ChannelsOn;
import dev.tou.channel.TouServerSocketChannel;
import dev.tou.channel.TouSocketChannel;
import dev.tou.testsuite.Wiring.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;

/**
 * The bootstraps that the suite's classes run with: those of the {@link Wiring} that is current while a class runs. On the
 * clean wire they are what a user writes.
 */
final class TouPermutation implements AutoCloseable {

    private static final long QUIET_MILLIS = 1;
    private static final long PATIENCE_MILLIS = 10_000;

    private static volatile TouPermutation current;

    private final Wiring wiring;
    private final Tally tally;
    private final EventLoopGroup group;
    private final LossyTransport lossy;

    /** Becomes the current one. */
    TouPermutation(Wiring wiring, Tally tally) {
        this.wiring = wiring;
        this.tally = tally;
        group = wiring.loops().newGroup();
        lossy = wiring.wire() == Wire.LOSSY ? new LossyTransport() : null;
        current = this;
    }

    /** Throws the dice of the wire anew for the next test. */
    void seed(long seed) {
        if (lossy != null) {
            lossy.seed(seed);
        }
    }

    /** {@return a server's and a client's bootstrap, as a list of one} */
    static List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        TouPermutation permutation = current;
        return List.of(new BootstrapComboFactory<>() {
            @Override
            public ServerBootstrap newServerInstance() {
                permutation.tally.bootstrap(permutation.wiring);
                return permutation.server();
            }

            @Override
            public Bootstrap newClientInstance() {
                return permutation.client();
            }
        });
    }

    /** {@return the same, with TCP Fast Open asked for} */
    static List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithFastOpen() {
        BootstrapComboFactory<ServerBootstrap, Bootstrap> plain = socket().get(0);
        return List.of(plain, new BootstrapComboFactory<>() {
            @Override
            public ServerBootstrap newServerInstance() {
                return plain.newServerInstance();
            }

            @Override
            public Bootstrap newClientInstance() {
                return plain.newClientInstance().option(ChannelOption.TCP_FASTOPEN_CONNECT, true);
            }
        });
    }

    /** {@return a server's bootstrap, as a list of one} */
    static List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        TouPermutation permutation = current;
        return List.of(() -> {
            permutation.tally.bootstrap(permutation.wiring);
            return permutation.server();
        });
    }

    /** {@return a client's bootstrap, as a list of one} */
    static List<BootstrapFactory<Bootstrap>> clientSocket() {
        TouPermutation permutation = current;
        return List.of(() -> {
            permutation.tally.bootstrap(permutation.wiring);
            return permutation.client();
        });
    }

    /** {@return whether datagrams get lost while the current class runs} */
    static boolean isLossy() {
        return current.lossy != null;
    }

    /** {@return a bootstrap for the peer of a test that is given only the other side's} */
    static ServerBootstrap peerServer() {
        return current.server();
    }

    /** {@return likewise} */
    static Bootstrap peerClient() {
        return current.client();
    }

    private ServerBootstrap server() {
        ServerBootstrap server = new ServerBootstrap().group(group);
        return lossy == null
                ? server.channel(TouServerSocketChannel.class)
                : server.channelFactory(new ChannelsOn(lossy).servers());
    }

    private Bootstrap client() {
        Bootstrap client = new Bootstrap().group(group);
        return lossy == null
                ? client.channel(TouSocketChannel.class)
                : client.channelFactory(new ChannelsOn(lossy).clients());
    }

    /** Ends the loops, and with them whatever a test has left open. */
    @Override
    public void close() {
        current = null;
        if (wiring.loops() == Loops.IO_URING) {
            IoUringLoops.giveBack(group);
            return;
        }
        group.shutdownGracefully(QUIET_MILLIS, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (!group.terminationFuture().awaitUninterruptibly(2 * PATIENCE_MILLIS)) {
            throw new AssertionError("the event loops do not end: " + wiring);
        }
    }
}
