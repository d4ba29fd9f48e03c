// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.endpoint.DatagramTransport;
import io.netty.channel.ChannelFactory;

/** Channels on a UDP transport of a test's own, for the tests of other packages. */
public record ChannelsOn(DatagramTransport transport) {

    /** {@return what makes the channels of clients} */
    public ChannelFactory<TouSocketChannel> clients() {
        return () -> new TouSocketChannel(transport);
    }

    /** {@return what makes the channels of servers} */
    public ChannelFactory<TouServerSocketChannel> servers() {
        return () -> new TouServerSocketChannel(transport);
    }
}
