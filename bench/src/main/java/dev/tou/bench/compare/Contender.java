// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** One of the transports that are compared: how a byte stream is opened, and nothing else. */
public interface Contender {

    /** {@return the name that users choose it by, such as {@code tcp} or {@code tou-65535}} */
    String name();

    /** {@return what it is, with the settings that matter} */
    String describe();

    /** Opens what all connections of a client share. Blocking; called once, off the loop, before the first connect. */
    default void prepare(EventLoop loop) throws Exception {}

    /**
     * {@return the listening channel, whose local address is where to connect; blocking}
     *
     * @param stream added to the pipeline of each stream that is opened; sharable
     */
    Channel listen(EventLoop loop, InetSocketAddress address, ChannelHandler stream) throws Exception;

    /**
     * {@return the stream, when it is open}
     *
     * <p>Closing the channel ends all that this call has opened.
     *
     * @param stream the only handler of its pipeline at first
     */
    Future<? extends Channel> connect(EventLoop loop, InetSocketAddress server, ChannelHandler stream);
}
