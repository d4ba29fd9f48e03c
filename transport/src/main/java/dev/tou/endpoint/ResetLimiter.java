// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.util.Arrays;

import dev.tou.connection.AddressWords;
import dev.tou.connection.SipHash;

/**
 * How many resets may answer segments that belong to no connection, so that this end is no reflector: 500 to 1499 in each
 * second, 1000 on average, to each address, or IPv6 network of 64 bits. One per UDP channel; it never touches what a known
 * connection sends.
 *
 * <p>A limit that all addresses share would tell who watches it on segments of its own whether what it sends under another's
 * address has met a connection (CVE-2016-5696). So there are as many as {@link #BUCKETS}, and a secret key says which address
 * has which. Somebody with many networks would find one that shares with another's, and count; so addresses are dealt anew
 * every second, and how large a bucket is in that second nobody can tell either.
 */
final class ResetLimiter {

    private static final long INTERVAL_NANOS = 1_000_000_000;
    private static final int LEAST = 500;
    private static final int MOST = 1499;

    private static final int BUCKETS = 1024;
    private static final int DRAWS_SIZE = 1;

    private final SipHash hash;
    private final AddressWords words = new AddressWords();
    private long interval;

    /** How many resets each bucket has let pass in this interval. Made when the first is due, which on most channels is never. */
    private short[] used;

    /** @param hash under a secret key */
    ResetLimiter(SipHash hash) {
        this.hash = hash;
    }

    /** {@return whether one more reset may be sent to the address} */
    boolean tryAcquire(InetAddress address, long nowNanos) {
        long present = Math.floorDiv(nowNanos, INTERVAL_NANOS);
        if (used == null) {
            used = new short[BUCKETS];
        } else if (present != interval) {
            Arrays.fill(used, (short) 0);
        }
        interval = present;
        int bucket = bucketOf(address);
        if (used[bucket] >= sizeOf(bucket)) {
            return false;
        }
        used[bucket]++;
        return true;
    }

    private int bucketOf(InetAddress address) {
        words.read(address);
        boolean ipv4 = AddressWords.isIpv4(words.hi(), words.lo());
        return (int) hash.hash(ipv4 ? words.lo() : words.hi(), interval) & BUCKETS - 1;
    }

    private int sizeOf(int bucket) {
        return LEAST + (int) Long.remainderUnsigned(hash.hash(bucket, interval, DRAWS_SIZE), MOST - LEAST + 1);
    }
}
