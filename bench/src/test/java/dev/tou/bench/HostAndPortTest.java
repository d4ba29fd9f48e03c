// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HostAndPortTest {

    @Test
    void readsNamesAndAddresses() {
        assertThat(HostAndPort.parse("example.org:9700")).isEqualTo(new HostAndPort("example.org", 9700));
        assertThat(HostAndPort.parse("192.0.2.1:1")).isEqualTo(new HostAndPort("192.0.2.1", 1));
        assertThat(HostAndPort.parse("[::1]:65535")).isEqualTo(new HostAndPort("::1", 65535));
    }

    @Test
    void writesWhatItReads() {
        for (String text : new String[] {"example.org:9700", "[2001:db8::7]:9700"}) {
            assertThat(HostAndPort.parse(text)).hasToString(text);
        }
    }

    @Test
    void writesAPeerAsItWouldBeTyped() throws UnknownHostException {
        assertThat(HostAndPort.of(new InetSocketAddress(InetAddress.getByName("::1"), 9700)))
                .hasToString("[::1]:9700");
        assertThat(HostAndPort.of(InetSocketAddress.createUnresolved("example.org", 1)))
                .hasToString("example.org:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "host", ":9700", "::1:9700", "[]:1"})
    void saysHowToWriteAnAddress(String text) {
        assertThatThrownBy(() -> HostAndPort.parse(text)).hasMessageContaining("HOST:PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:0", "host:65536", "host:http", "host:", "host:-1"})
    void saysWhatAPortIs(String text) {
        assertThatThrownBy(() -> HostAndPort.parse(text)).hasMessageContaining("1 to 65535");
    }
}
