// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;

import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.NetUtil;

/** Which family a socket must have for an address. */
final class SocketFamily {

    /** Whether one socket can serve both families; containers often have no IPv6, and some users want none. */
    private static final boolean HAS_IPV6 = !NetUtil.isIpV4StackPreferred() && opensIpv6();

    private SocketFamily() {}

    /** {@return the family whose sockets reach the address; a wildcard without preference serves both} */
    static SocketProtocolFamily of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        boolean ipv4 = ip instanceof Inet4Address && !(ip.isAnyLocalAddress() && HAS_IPV6);
        return ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    // Netty knows ::1 by heart, whether there is one or not.
    private static boolean opensIpv6() {
        try {
            DatagramChannel.open(StandardProtocolFamily.INET6).close();
            return true;
        } catch (UnsupportedOperationException none) {
            return false;
        } catch (IOException noDescriptorNow) {
            return true;
        }
    }
}
