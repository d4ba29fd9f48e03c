// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import dev.tou.connection.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ResetLimiterTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private static final InetAddress HOST = address("192.0.2.1");

    private final ResetLimiter limiter = new ResetLimiter(new SipHash(1, 2));

    private static InetAddress address(String literal) {
        return new InetSocketAddress(literal, 0).getAddress();
    }

    private int acquire(int tries, long now) {
        return acquire(HOST, tries, now);
    }

    private int acquire(InetAddress address, int tries, long now) {
        int acquired = 0;
        for (int i = 0; i < tries; i++) {
            acquired += limiter.tryAcquire(address, now) ? 1 : 0;
        }
        return acquired;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - SECOND, Long.MIN_VALUE + SECOND})
    void aThousandAtOnceAndAThousandASecond(long start) {
        assertThat(acquire(5000, start)).isEqualTo(1000);
        assertThat(acquire(10, start + MILLI)).isEqualTo(1);
        assertThat(acquire(1000, start + 101 * MILLI)).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5 * SECOND})
    void aFloodOfAMinuteDrawsNoMore(long start) {
        int acquired = 0;
        for (long micros = 0; micros < 60_000_000; micros += 100) {
            acquired += limiter.tryAcquire(HOST, start + micros * 1000) ? 1 : 0;
        }
        assertThat(acquired).isBetween(60_900, 61_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE})
    void restEarnsASecondAndNoMore(long start) {
        acquire(5000, start);
        assertThat(acquire(5000, start + SECOND)).isEqualTo(1000);
        assertThat(acquire(5000, start + 100 * SECOND)).isEqualTo(1000);
    }

    /** PROTOCOL A2, CVE-2016-5696: what is sent to others changes nothing for an address. */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.2", "192.0.3.1", "10.0.0.1", "2001:db8::1", "2001:db8:0:1::1"})
    void whatOneAddressHasUsedUpAnotherStillHas(String other) {
        assertThat(acquire(5000, 0)).isEqualTo(1000);
        assertThat(acquire(address(other), 5000, 0)).isEqualTo(1000);
        assertThat(acquire(1, 0)).isZero();
    }

    /** Whoever has an IPv6 address has a network of them. */
    @Test
    void addressesOfOneNetworkShare() {
        assertThat(acquire(address("2001:db8::1"), 5000, 0)).isEqualTo(1000);
        assertThat(acquire(address("2001:db8::2"), 5000, 0)).isZero();
    }
}
