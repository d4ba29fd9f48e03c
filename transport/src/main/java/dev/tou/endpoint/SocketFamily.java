// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.NetUtil;

/** Which family a socket must have for an address. */
final class SocketFamily {

    private SocketFamily() {}

    /** {@return the family whose sockets reach the address; a wildcard without preference serves both} */
    static SocketProtocolFamily of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        boolean ipv4 = ip instanceof Inet4Address && !(ip.isAnyLocalAddress() && hasIpv6());
        return ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    private static boolean hasIpv6() {
        return NetUtil.LOCALHOST6 != null && !NetUtil.isIpV4StackPreferred();
    }
}
