// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.Map;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;

/**
 * What other transports and the JDK call our options. Theirs are recognized by the last part of their names, so
 * {@code EpollChannelOption.TCP_KEEPIDLE}, {@code IoUringChannelOption.TCP_KEEPIDLE} and
 * {@code NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)} are all {@link TouChannelOption#KEEP_IDLE}, and none of
 * these classes must be there.
 */
final class OptionNames {

    private static final Map<String, ChannelOption<?>> OPTIONS = Map.ofEntries(
            // As the JDK has them: an object of its own for each NioChannelOption.of(StandardSocketOptions...).
            Map.entry("SO_SNDBUF", ChannelOption.SO_SNDBUF),
            Map.entry("SO_RCVBUF", ChannelOption.SO_RCVBUF),
            Map.entry("SO_KEEPALIVE", ChannelOption.SO_KEEPALIVE),
            Map.entry("SO_REUSEADDR", ChannelOption.SO_REUSEADDR),
            Map.entry("SO_REUSEPORT", UnixChannelOption.SO_REUSEPORT),
            Map.entry("SO_LINGER", ChannelOption.SO_LINGER),
            Map.entry("TCP_NODELAY", ChannelOption.TCP_NODELAY),
            Map.entry("IP_TOS", ChannelOption.IP_TOS),
            Map.entry("TCP_KEEPIDLE", TouChannelOption.KEEP_IDLE),
            Map.entry("TCP_KEEPINTERVAL", TouChannelOption.KEEP_INTERVAL),
            Map.entry("TCP_KEEPCOUNT", TouChannelOption.KEEP_COUNT),
            Map.entry("TCP_QUICKACK", TouChannelOption.QUICK_ACK),
            // As Linux has them.
            Map.entry("TCP_KEEPINTVL", TouChannelOption.KEEP_INTERVAL),
            Map.entry("TCP_KEEPCNT", TouChannelOption.KEEP_COUNT),
            Map.entry("TCP_USER_TIMEOUT", TouChannelOption.USER_TIMEOUT),
            Map.entry("TCP_CORK", TouChannelOption.CORK),
            Map.entry("TCP_NOTSENT_LOWAT", TouChannelOption.UNSENT_LOW_WATER),
            Map.entry("TCP_DEFER_ACCEPT", TouChannelOption.DEFER_ACCEPT),
            Map.entry("TCP_SYNCNT", TouChannelOption.SYN_RETRIES),
            Map.entry("TCP_LINGER2", TouChannelOption.FIN_WAIT_2),
            // As macOS has it.
            Map.entry("TCP_NOPUSH", TouChannelOption.CORK));

    private OptionNames() {}

    /** {@return the option that is meant, or the same if nobody else has it} */
    static ChannelOption<?> meaningOf(ChannelOption<?> option) {
        String name = option.name();
        return OPTIONS.getOrDefault(name.substring(name.lastIndexOf('#') + 1), option);
    }
}
