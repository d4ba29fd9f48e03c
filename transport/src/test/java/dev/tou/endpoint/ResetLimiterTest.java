// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

import dev.tou.connection.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ResetLimiterTest {

    private static final long SECOND = 1_000_000_000;
    private static final int LEAST = 500;
    private static final int MOST = 1499;

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
    void someHundredsInASecond(long start) {
        for (int second = 0; second < 3; second++) {
            assertThat(acquire(5000, start + second * SECOND)).isBetween(LEAST, MOST);
            assertThat(acquire(5000, start + second * SECOND)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5 * SECOND})
    void aFloodOfAMinuteDrawsAThousandASecond(long start) {
        int acquired = 0;
        for (long micros = 0; micros < 60_000_000; micros += 100) {
            acquired += limiter.tryAcquire(HOST, start + micros * 1000) ? 1 : 0;
        }
        assertThat(acquired).isBetween(55_000, 65_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE})
    void restEarnsNoMore(long start) {
        acquire(5000, start);
        assertThat(acquire(5000, start + 100 * SECOND)).isBetween(LEAST, MOST);
    }

    /** PROTOCOL A2, CVE-2016-5696: what is sent to others changes nothing for an address. */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.2", "192.0.3.1", "10.0.0.1", "2001:db8::1", "2001:db8:0:1::1"})
    void whatOneAddressHasUsedUpAnotherStillHas(String other) {
        assertThat(acquire(5000, 0)).isBetween(LEAST, MOST);
        assertThat(acquire(address(other), 5000, 0)).isBetween(LEAST, MOST);
        assertThat(acquire(1, 0)).isZero();
    }

    /** Whoever has an IPv6 address has a network of them. */
    @Test
    void addressesOfOneNetworkShare() {
        assertThat(acquire(address("2001:db8::1"), 5000, 0)).isBetween(LEAST, MOST);
        assertThat(acquire(address("2001:db8::2"), 5000, 0)).isZero();
    }

    /** Somebody with many networks finds one that shares; before it can count with that, it does so no more. */
    @Test
    void whoSharesNowSharesNoMoreInASecond() {
        acquire(5000, 0);
        InetAddress neighbour = null;
        for (int network = 0; neighbour == null; network++) {
            InetAddress candidate = address("2001:db8:1:" + Integer.toHexString(network) + "::1");
            neighbour = limiter.tryAcquire(candidate, 0) ? null : candidate;
        }
        acquire(5000, SECOND);
        assertThat(acquire(neighbour, 5000, SECOND)).isBetween(LEAST, MOST);
    }

    /** And it does not know how many it would have to count to. */
    @Test
    void howManyThereAreIsDrawnAnewEverySecond() {
        Set<Integer> numbers = new HashSet<>();
        for (int second = 0; second < 20; second++) {
            numbers.add(acquire(5000, second * SECOND));
        }
        assertThat(numbers).hasSizeGreaterThan(15);
    }
}
