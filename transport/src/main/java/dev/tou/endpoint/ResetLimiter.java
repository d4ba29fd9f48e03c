// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.util.BitSet;

import dev.tou.connection.AddressWords;
import dev.tou.connection.SipHash;

/**
 * How many resets a second may answer segments that belong to no connection, so that this end is no reflector: 1000 to each
 * address, or IPv6 network of 64 bits, after as many at once. One per UDP channel; it never touches what a known connection
 * sends.
 *
 * <p>A limit that all addresses share would tell who watches it on segments of its own whether what it sends under another's
 * address has met a connection (CVE-2016-5696). So there are as many as {@link #BUCKETS}, and a secret key says which address
 * has which.
 */
final class ResetLimiter {

    private static final int BUCKETS = 1024;
    private static final long NANOS_PER_RESET = 1_000_000;
    private static final int BURST = 1000;

    private final SipHash hash;
    private final AddressWords words = new AddressWords();
    private final BitSet used = new BitSet();

    /** Made when the first reset is due, which on most channels is never. */
    private long[] fullNanos;

    /** @param hash under a secret key */
    ResetLimiter(SipHash hash) {
        this.hash = hash;
    }

    /** {@return whether one more reset may be sent to the address} */
    boolean tryAcquire(InetAddress address, long nowNanos) {
        if (fullNanos == null) {
            fullNanos = new long[BUCKETS];
        }
        int bucket = bucketOf(address);
        long empty = nowNanos - BURST * NANOS_PER_RESET;
        if (!used.get(bucket) || fullNanos[bucket] - empty < 0) {
            used.set(bucket);
            fullNanos[bucket] = empty;
        }
        if (fullNanos[bucket] - nowNanos >= 0) {
            return false;
        }
        fullNanos[bucket] += NANOS_PER_RESET;
        return true;
    }

    private int bucketOf(InetAddress address) {
        words.read(address);
        boolean ipv4 = AddressWords.isIpv4(words.hi(), words.lo());
        return (int) hash.hash(ipv4 ? words.lo() : words.hi()) & (BUCKETS - 1);
    }
}
