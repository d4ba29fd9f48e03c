// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.SipHash;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Millions of random steps held against a linked map, and the memory that a record takes. */
class TimeWaitTableOracleTest {

    private static final long MILLI = 1_000_000;
    private static final long TWO_MSL = 60_000 * MILLI;
    private int maxRecords;
    private TimeWaitTable table;

    private record Remembered(int rcvNxt, int sndNxt, int tsRecent, long deadlineMillis) {}

    /** In the order of expiry. */
    private final Map<ConnectionKey, Remembered> oracle = new LinkedHashMap<>();

    private long nowMillis;
    private int destroyed;

    private static ConnectionKey key(int n, boolean ipv6) {
        ByteBuffer address = ByteBuffer.allocate(ipv6 ? 16 : 4);
        address.putInt(address.capacity() - 4, (ipv6 ? 0 : 0x0a00_0000) | n >>> 2 & 0xff_ffff);
        if (ipv6) {
            address.putInt(0, 0x2001_0db8);
        }
        try {
            InetAddress inet = InetAddress.getByAddress(address.array());
            return ConnectionKey.of(new InetSocketAddress(inet, 1 + (n & 1)), 80, 1 + (n >>> 1 & 1));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** With few names the index wraps round its end all the time, with many it grows and shrinks. */
    @ParameterizedTest
    @CsvSource({"16, 10", "100, 40", "65536, 20000"})
    void agreesWithALinkedMap(int names, int cap) {
        long seed = new SplittableRandom().nextLong();
        System.out.println("TimeWaitTableOracleTest names=" + names + " seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        maxRecords = cap;
        table = new TimeWaitTable(cap, TWO_MSL, new SipHash(random.nextLong(), random.nextLong()));
        for (int step = 0; step < 1_000_000; step++) {
            // Busy minutes, in which the cap is reached, and quiet ones, in which all expire.
            boolean busy = step / 100_000 % 2 == 0;
            // No two deadlines are equal, so it is certain which record is the oldest.
            nowMillis += random.nextInt(1, busy ? 3 : 60);
            int n = random.nextInt(names);
            ConnectionKey key = key(n, (n & 16) == 0);
            expire();
            check(key);
            switch (random.nextInt(8)) {
                case 0 -> remove(key);
                case 1 -> restart(key);
                default -> add(key, random);
            }
            check(key);
        }
        System.out.println(destroyed + " destroyed by the cap");
        assertThat(destroyed).isGreaterThan(5_000);
        nowMillis += 60_000;
        expire();
        assertThat(table.size()).isZero();
        assertThat(oracle).isEmpty();
    }

    private void add(ConnectionKey key, SplittableRandom random) {
        Remembered record =
                new Remembered(random.nextInt(), random.nextInt(), random.nextInt(), nowMillis + TWO_MSL / MILLI);
        oracle.remove(key);
        boolean full = oracle.size() == maxRecords;
        if (full) {
            oracle.remove(oracle.keySet().iterator().next());
            destroyed++;
        }
        oracle.put(key, record);
        long now = nowMillis * MILLI;
        assertThat(table.add(key, record.rcvNxt, record.sndNxt, record.tsRecent, ~record.tsRecent, now) == full)
                .isTrue();
    }

    private void remove(ConnectionKey key) {
        if (oracle.remove(key) != null) {
            table.remove(table.find(key));
        }
    }

    private void restart(ConnectionKey key) {
        Remembered old = oracle.remove(key);
        if (old != null) {
            oracle.put(key, new Remembered(old.rcvNxt, old.sndNxt, old.tsRecent, nowMillis + TWO_MSL / MILLI));
            table.restart(table.find(key), nowMillis * MILLI);
        }
    }

    private void expire() {
        int count = 0;
        Iterator<Remembered> records = oracle.values().iterator();
        while (records.hasNext() && records.next().deadlineMillis <= nowMillis) {
            records.remove();
            count++;
        }
        if (table.expire(nowMillis * MILLI) != count) {
            throw new AssertionError("expired " + count + " at " + nowMillis);
        }
    }

    private void check(ConnectionKey key) {
        Remembered expected = oracle.get(key);
        int slot = table.find(key);
        boolean same = expected == null
                ? slot == -1
                : slot >= 0
                        && table.rcvNxt(slot) == expected.rcvNxt
                        && table.sndNxt(slot) == expected.sndNxt
                        && table.tsRecent(slot) == expected.tsRecent
                        && table.tsOffset(slot) == ~expected.tsRecent
                        && table.deadlineNanos(slot) == expected.deadlineMillis * MILLI;
        boolean nextIsRight = table.nextDeadlineNanos()
                == (oracle.isEmpty()
                        ? Long.MAX_VALUE
                        : oracle.values().iterator().next().deadlineMillis * MILLI);
        if (!same || !nextIsRight || table.size() != oracle.size()) {
            throw new AssertionError(key + " at " + nowMillis + ": " + expected);
        }
    }

    @Test
    void aRecordTakesAtMost64BytesForIpv4And96ForIpv6WhileTheTableGrowsAndShrinks() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            TimeWaitTable each = new TimeWaitTable(100_000, TWO_MSL, new SipHash(3, 4));
            double largest = 0;
            for (int n = 0; n < 100_000; n++) {
                each.add(key(n, ipv6), n, n, n * MILLI / 10);
                largest = each.size() < 2048 ? 0 : Math.max(largest, each.bytesPerRecord());
            }
            while (each.size() >= 2048) {
                largest = Math.max(largest, each.bytesPerRecord());
                each.expire(each.nextDeadlineNanos());
            }
            System.out.printf("TIME-WAIT: at most %.1f bytes per %s record%n", largest, ipv6 ? "IPv6" : "IPv4");
            assertThat(largest).isLessThanOrEqualTo(ipv6 ? 96 : 64);
        }
    }

    /**
     * What a million records take, to the byte. The times are to look at: those of the processor, so that they say something on a
     * busy machine, too; {@code TimeWaitTableBenchmark} has those of the clock.
     */
    @Test
    @Tag("full")
    void aMillionRecordsTakeAtMost64BytesEachForIpv4And96ForIpv6() {
        int count = 1_000_000;
        for (boolean ipv6 : new boolean[] {false, true}) {
            ConnectionKey[] keys = new ConnectionKey[count];
            for (int n = 0; n < count; n++) {
                keys[n] = key(n, ipv6);
            }
            TimeWaitTable million = new TimeWaitTable(count, TWO_MSL, new SipHash(5, 6));
            long begin = cpuNanos();
            for (int n = 0; n < count; n++) {
                million.add(keys[n], n, n, n, n, n * MILLI / 100);
            }
            long added = cpuNanos();
            double bytes = million.bytesPerRecord();
            assertThat(million.size()).isEqualTo(count);
            assertThat(bytes).isLessThanOrEqualTo(ipv6 ? 96 : 64);
            int found = 0;
            for (int n = 0; n < count; n++) {
                found += million.find(keys[(int) (n * 7_919L % count)]) >= 0 ? 1 : 0;
            }
            long searched = cpuNanos();
            assertThat(found).isEqualTo(count);
            int turns = 0;
            while (million.size() > 0) {
                assertThat(million.expire(2 * TWO_MSL, 1000)).isEqualTo(1000);
                turns++;
            }
            long expired = cpuNanos();
            assertThat(turns).isEqualTo(1000);
            System.out.printf(
                    "TIME-WAIT, a million %s records: %.1f bytes each; %d ns to add, %d to find, %d to expire%n",
                    ipv6 ? "IPv6" : "IPv4",
                    bytes,
                    (added - begin) / count,
                    (searched - added) / count,
                    (expired - searched) / count);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
