// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.SplittableRandom;

import dev.tou.connection.InitialSequenceNumbers;
import dev.tou.connection.MemoryBudget;
import dev.tou.connection.SipHash;
import dev.tou.endpoint.EventLoopResources;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;

/** Stock bootstraps whose channels live on a simulated host; all that the engine draws at random comes from the seed. */
public final class SimChannels {

    private final SimHost host;
    private final SimTransport transport;

    /** The channels of a host, which is to be used through one such object only. */
    public SimChannels(SimHost host, long seed, boolean segmented) {
        this(host, seed, segmented, new MemoryBudget(Long.MAX_VALUE));
    }

    /** The same, whose connections may hold so much in buffers. */
    public SimChannels(SimHost host, long seed, boolean segmented, MemoryBudget budget) {
        this.host = host;
        transport = new SimTransport(host, segmented);
        SplittableRandom random = new SplittableRandom(seed ^ host.name().hashCode());
        SipHash sequenceHash = new SipHash(random.nextLong(), random.nextLong());
        SipHash timestampHash = new SipHash(random.nextLong(), random.nextLong());
        EventLoopResources.seed(
                host.eventLoop(), new InitialSequenceNumbers(sequenceHash, timestampHash), random.split(), budget);
    }

    /** {@return a client's bootstrap on the host's event loop} */
    public Bootstrap client() {
        return new Bootstrap().group(host.eventLoop()).channelFactory(() -> new TouSocketChannel(transport));
    }

    /** {@return a server's bootstrap on the host's event loop} */
    public ServerBootstrap server() {
        return new ServerBootstrap()
                .group(host.eventLoop())
                .channelFactory(() -> new TouServerSocketChannel(transport));
    }

    /** {@return where the host's UDP channels come from} */
    public SimTransport transport() {
        return transport;
    }

    /** {@return what the connections of the host's event loop share, for the checks that all is back to zero} */
    public EventLoopResources resources() {
        return EventLoopResources.of(host.eventLoop());
    }
}
