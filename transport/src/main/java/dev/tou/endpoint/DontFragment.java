// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.SocketOption;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Asks the kernel never to fragment what a channel sends, so that a probe of the path MTU does not arrive in pieces (RFC 8899
 * section 3, item 2), and where it can be said, not to refuse what it believes, by ICMP, to be too large.
 *
 * <p>On epoll and io_uring that is Linux's {@code IP_PMTUDISC_PROBE}; a socket of IPv6 may carry IPv4, too, and has both. On NIO
 * it is {@code IP_DONTFRAGMENT}, from Java 19 on; on Linux that is {@code IP_PMTUDISC_DO}, which refuses packets above the path MTU
 * that ICMP has told, be it true or forged: such a refusal counts as loss. Before Java 19 Linux sets the bit for packets up to the path MTU that it knows, and
 * that is the interface's unless ICMP has said less; other systems may fragment. What is larger than the interface carries is
 * never tried, in any case.
 */
final class DontFragment {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(DontFragment.class);

    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int PMTUDISC_PROBE = 3;

    private static final ChannelOption<Integer> IPV4 =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER);
    private static final ChannelOption<Integer> IPV6 =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER);
    private static final ChannelOption<Boolean> NIO = ofJdk();

    private DontFragment() {}

    /** Sets what the channel knows, and says in the log what it does not. */
    static void set(DatagramChannel channel, boolean ipv6) {
        try {
            if (channel instanceof NioDatagramChannel) {
                set(channel, NIO, true);
            } else {
                set(channel, IPV4, PMTUDISC_PROBE);
                if (ipv6) {
                    set(channel, IPV6, PMTUDISC_PROBE);
                }
            }
        } catch (ChannelException | UnsupportedOperationException e) {
            LOGGER.debug("{} may fragment what it sends", channel, e);
        }
    }

    private static <T> void set(DatagramChannel channel, ChannelOption<T> option, T value) {
        if (option == null || !channel.config().setOption(option, value)) {
            LOGGER.debug("{} may fragment what it sends: it does not know the option {}", channel, option);
        }
    }

    // Not named in code, because Java 17 does not have it, nor has a run time without the module jdk.net.
    @SuppressWarnings("unchecked")
    private static ChannelOption<Boolean> ofJdk() {
        try {
            Object option = Class.forName("jdk.net.ExtendedSocketOptions")
                    .getField("IP_DONTFRAGMENT")
                    .get(null);
            return NioChannelOption.of((SocketOption<Boolean>) option);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
