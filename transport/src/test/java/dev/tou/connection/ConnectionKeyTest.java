// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConnectionKeyTest {

    private static ConnectionKey key(String host, int udpPort, int localTcpPort, int remoteTcpPort) {
        return ConnectionKey.of(new InetSocketAddress(host, udpPort), localTcpPort, remoteTcpPort);
    }

    @Test
    void keepsAnIpv4AddressAndThreePorts() throws UnknownHostException {
        ConnectionKey key = key("203.0.113.200", 65535, 65534, 65533);
        assertThat(key.isIpv6()).isFalse();
        assertThat(key.remoteHi()).isZero();
        assertThat(key.remoteLo()).isEqualTo(0xffff_cb00_71c8L);
        assertThat(key.remoteUdpPort()).isEqualTo(65535);
        assertThat(key.localTcpPort()).isEqualTo(65534);
        assertThat(key.remoteTcpPort()).isEqualTo(65533);
        assertThat(key.remoteAddress())
                .isInstanceOf(Inet4Address.class)
                .isEqualTo(InetAddress.getByName("203.0.113.200"));
        assertThat(key).hasToString("203.0.113.200:65535/udp tcp 65534 <- 65533");
    }

    @Test
    void keepsAnIpv6Address() throws UnknownHostException {
        ConnectionKey key = key("2001:db8:ffee:ddcc::8899", 443, 80, 0);
        assertThat(key.isIpv6()).isTrue();
        assertThat(key.remoteHi()).isEqualTo(0x2001_0db8_ffee_ddccL);
        assertThat(key.remoteLo()).isEqualTo(0x8899L);
        assertThat(key.remoteAddress()).isEqualTo(InetAddress.getByName("2001:db8:ffee:ddcc::8899"));
        assertThat(key.remoteUdpAddress()).isEqualTo(new InetSocketAddress("2001:db8:ffee:ddcc::8899", 443));
        assertThat(key.remoteTcpAddress()).isEqualTo(new InetSocketAddress("2001:db8:ffee:ddcc::8899", 0));
        assertThat(key).hasToString("[2001:db8:ffee:ddcc:0:0:0:8899]:443/udp tcp 80 <- 0");
    }

    @Test
    void aV4MappedAddressIsTheIpv4Address() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 127;
        mapped[15] = 1;
        InetAddress ipv6 = Inet6Address.getByAddress(null, mapped, -1);
        assertThat(ipv6).isInstanceOf(Inet6Address.class);
        ConnectionKey fromIpv6 = ConnectionKey.of(new InetSocketAddress(ipv6, 7), 8, 9);
        assertThat(fromIpv6).isEqualTo(key("127.0.0.1", 7, 8, 9)).hasSameHashCodeAs(key("127.0.0.1", 7, 8, 9));
        assertThat(fromIpv6.isIpv6()).isFalse();
        assertThat(fromIpv6.remoteAddress()).isInstanceOf(Inet4Address.class);
    }

    @Test
    void anIpv6AddressThatOnlyLooksMappedStaysIpv6() {
        assertThat(key("::fffe:7f00:1", 7, 8, 9).isIpv6()).isTrue();
        assertThat(key("1::ffff:7f00:1", 7, 8, 9).isIpv6()).isTrue();
        assertThat(key("::1", 7, 8, 9).isIpv6()).isTrue();
        assertThat(key("::", 7, 8, 9).isIpv6()).isTrue();
    }

    @Test
    void differsInEveryPart() {
        ConnectionKey key = key("192.0.2.1", 1, 2, 3);
        assertThat(key)
                .isEqualTo(key("192.0.2.1", 1, 2, 3))
                .isNotEqualTo(key("192.0.2.2", 1, 2, 3))
                .isNotEqualTo(key("192.0.2.1", 9, 2, 3))
                .isNotEqualTo(key("192.0.2.1", 1, 9, 3))
                .isNotEqualTo(key("192.0.2.1", 1, 2, 9))
                .isNotEqualTo(key("2001:db8::1", 1, 2, 3))
                .isNotEqualTo(null);
        assertThat(key("2001:db8::1", 1, 2, 3)).isNotEqualTo(key("2001:db9::1", 1, 2, 3));
    }

    @Test
    void theInterfaceOfALinkLocalPeerIsWhereToSendAndNotItsName() throws UnknownHostException {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
        ConnectionKey scoped =
                ConnectionKey.of(new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 1), 2, 3);
        assertThat(scoped).isEqualTo(key("fe80::1", 1, 2, 3));
        assertThat(((Inet6Address) scoped.remoteAddress()).getScopeId()).isEqualTo(3);
    }

    @Test
    void refusesWhatIsNoAddressOrPort() {
        assertThatThrownBy(() -> ConnectionKey.of(InetSocketAddress.createUnresolved("host", 1), 2, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> key("192.0.2.1", 1, 65536, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> key("192.0.2.1", 1, 2, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wordsAreReadIntoTheSameInstance() throws UnknownHostException {
        AddressWords words = new AddressWords();
        assertThat(words.read(InetAddress.getByName("255.254.253.252"))).isSameAs(words);
        assertThat(words.hi()).isZero();
        assertThat(words.lo()).isEqualTo(AddressWords.ofIpv4(0xfffefdfc)).isEqualTo(0xffff_fffe_fdfcL);
        words.read(InetAddress.getByName("ffff:fffe:fffd:fffc:fffb:fffa:fff9:fff8"));
        assertThat(words.hi()).isEqualTo(0xffff_fffe_fffd_fffcL);
        assertThat(words.lo()).isEqualTo(0xfffb_fffa_fff9_fff8L);
        assertThat(words.read(InetAddress.getByName("0.0.0.1")).hi()).isZero();
        assertThat(words.lo()).isEqualTo(0xffff_0000_0001L);
    }
}
