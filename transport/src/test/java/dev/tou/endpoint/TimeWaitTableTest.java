// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.SipHash;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("S5")
class TimeWaitTableTest {

    private static final long MILLI = 1_000_000;
    private static final long TWO_MSL = 60_000 * MILLI;
    private static final SipHash HASH = new SipHash(7, 8);

    private final TimeWaitTable table = new TimeWaitTable(1000, TWO_MSL, HASH);
    private long now = Long.MAX_VALUE - TWO_MSL;

    private static ConnectionKey key(int n) {
        return key(new byte[] {10, 1, (byte) (n >> 8), (byte) n}, n);
    }

    private static ConnectionKey ipv6Key(int n) {
        return key(new byte[] {0x20, 1, 13, (byte) 0xb8, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, (byte) (n >> 8), (byte) n}, n);
    }

    private static ConnectionKey key(byte[] address, int n) {
        try {
            int port = 1024 + (n >>> 16);
            return ConnectionKey.of(new InetSocketAddress(InetAddress.getByAddress(address), port), 80, 65_535);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private int find(ConnectionKey key) {
        return table.find(key.remoteHi(), key.remoteLo(), key.remoteUdpPort(), key.localTcpPort(), key.remoteTcpPort());
    }

    @Test
    void keepsWhatTimeWaitNeeds() {
        for (ConnectionKey key : new ConnectionKey[] {key(1), ipv6Key(1)}) {
            assertThat(table.add(key, -5, 6, -7, 8, now)).isFalse();
            int slot = find(key);
            assertThat(slot).isNotNegative().isEqualTo(table.find(key));
            assertThat(table.rcvNxt(slot)).isEqualTo(-5);
            assertThat(table.sndNxt(slot)).isEqualTo(6);
            assertThat(table.hasTimestamps(slot)).isTrue();
            assertThat(table.tsRecent(slot)).isEqualTo(-7);
            assertThat(table.tsOffset(slot)).isEqualTo(8);
            assertThat(table.deadlineNanos(slot)).isEqualTo(now + TWO_MSL);
            table.updateTsRecent(slot, 9);
            assertThat(table.tsRecent(slot)).isEqualTo(9);
        }
        assertThat(table.size()).isEqualTo(2);
        assertThat(find(key(2))).isEqualTo(-1);
        assertThat(find(ipv6Key(2))).isEqualTo(-1);

        table.add(key(2), 1, 2, now);
        assertThat(table.hasTimestamps(find(key(2)))).isFalse();
    }

    @Test
    void everyPartOfTheNameMatters() {
        table.add(key(1), 1, 2, now);
        table.add(ipv6Key(1), 1, 2, now);
        for (ConnectionKey k : new ConnectionKey[] {key(1), ipv6Key(1)}) {
            assertThat(table.find(k.remoteHi(), k.remoteLo(), 1024, 80, 65_535)).isNotNegative();
            assertThat(table.find(k.remoteHi(), k.remoteLo() ^ 1, 1024, 80, 65_535))
                    .isEqualTo(-1);
            assertThat(table.find(k.remoteHi(), k.remoteLo() ^ 1L << 63, 1024, 80, 65_535))
                    .isEqualTo(-1);
            assertThat(table.find(k.remoteHi() ^ 1, k.remoteLo(), 1024, 80, 65_535))
                    .isEqualTo(-1);
            assertThat(table.find(k.remoteHi() ^ 1L << 63, k.remoteLo(), 1024, 80, 65_535))
                    .isEqualTo(-1);
            assertThat(table.find(k.remoteHi(), k.remoteLo(), 1025, 80, 65_535)).isEqualTo(-1);
            assertThat(table.find(k.remoteHi(), k.remoteLo(), 1024, 81, 65_535)).isEqualTo(-1);
            assertThat(table.find(k.remoteHi(), k.remoteLo(), 1024, 80, 65_534)).isEqualTo(-1);
        }
    }

    @Test
    void expiresAfterTwoMaximumSegmentLifetimesAndNotBefore() {
        assertThat(table.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(table.expire(now)).isZero();
        table.add(key(1), 1, 2, now);
        table.add(ipv6Key(1), 1, 2, now + 1);
        assertThat(table.nextDeadlineNanos()).isEqualTo(now + TWO_MSL);

        assertThat(table.expire(now + TWO_MSL - 1)).isZero();
        assertThat(table.expire(now + TWO_MSL)).isEqualTo(1);
        assertThat(find(key(1))).isEqualTo(-1);
        assertThat(table.nextDeadlineNanos()).isEqualTo(now + TWO_MSL + MILLI);
        assertThat(table.expire(table.nextDeadlineNanos())).isEqualTo(1);
        assertThat(table.size()).isZero();
        assertThat(table.bytesPerRecord()).isZero();
    }

    /** A port that is bound again takes its records along, to a table with a hash of its own. */
    @Test
    void anotherTableRemembersTheSame() {
        for (int n = 0; n < 5; n++) {
            table.add(ipv6Key(n), n, -n, 7 * n, 9 * n, now + n * MILLI);
        }
        table.add(ipv6Key(9), 9, -9, now + 5 * MILLI);
        TimeWaitTable heir = new TimeWaitTable(10, TWO_MSL, new SipHash(1, 2));
        heir.remember(table.recall());
        assertThat(heir.recall()).hasSize(6).isEqualTo(table.recall());
        assertThat(heir.find(ipv6Key(3))).isNotNegative();
        assertThat(heir.nextDeadlineNanos()).isEqualTo(table.nextDeadlineNanos());

        TimeWaitTable ipv4 = new TimeWaitTable(10, TWO_MSL, HASH);
        ipv4.add(key(300), 1, 2, 3, 4, now);
        TimeWaitTable heirOfIpv4 = new TimeWaitTable(10, TWO_MSL, new SipHash(1, 2));
        heirOfIpv4.remember(ipv4.recall());
        int slot = heirOfIpv4.find(key(300));
        assertThat(slot).isNotNegative();
        assertThat(heirOfIpv4.sndNxt(slot)).isEqualTo(2);
        assertThat(heirOfIpv4.tsOffset(slot)).isEqualTo(4);
    }

    /** Those of one moment need not end in one turn of the loop. */
    @Test
    void expiresAsManyAsItMayAndTheRestLater() {
        for (int n = 0; n < 5; n++) {
            table.add(key(n), n, n, now);
            table.add(ipv6Key(n), n, n, now);
        }
        long over = now + TWO_MSL;
        assertThat(table.expire(over, 7)).isEqualTo(7);
        assertThat(table.nextDeadlineNanos() - over).isNotPositive();
        assertThat(table.expire(over, 7)).isEqualTo(3);
        assertThat(table.size()).isZero();
    }

    @Test
    void aRetransmittedFinRestartsTheTime() {
        table.add(key(1), 1, 2, now);
        table.add(key(2), 1, 2, now);
        table.restart(find(key(1)), now + TWO_MSL / 2);
        assertThat(table.nextDeadlineNanos()).isEqualTo(now + TWO_MSL);

        assertThat(table.expire(now + TWO_MSL)).isEqualTo(1);
        assertThat(find(key(2))).isEqualTo(-1);
        assertThat(table.deadlineNanos(find(key(1)))).isEqualTo(now + TWO_MSL + TWO_MSL / 2);
        assertThat(table.expire(now + TWO_MSL + TWO_MSL / 2)).isEqualTo(1);
    }

    @Test
    void destroysTheOldestOfBothFamiliesWhenFull() {
        TimeWaitTable small = new TimeWaitTable(3, TWO_MSL, HASH);
        assertThat(small.add(ipv6Key(1), 1, 2, now)).isFalse();
        assertThat(small.add(key(2), 1, 2, now + 5 * MILLI)).isFalse();
        assertThat(small.add(key(3), 1, 2, now + 6 * MILLI)).isFalse();
        assertThat(small.add(key(3), 1, 2, now + 7 * MILLI))
                .as("replaced, not destroyed")
                .isFalse();
        assertThat(small.add(key(4), 1, 2, now + 8 * MILLI)).isTrue();
        assertThat(small.find(ipv6Key(1))).isEqualTo(-1);
        assertThat(small.add(ipv6Key(5), 1, 2, now + 9 * MILLI)).isTrue();
        assertThat(small.find(key(2))).isEqualTo(-1);
        assertThat(small.size()).isEqualTo(3);
    }

    @Test
    void remembersNothingWithACapOfZero() {
        TimeWaitTable none = new TimeWaitTable(0, TWO_MSL, HASH);
        assertThat(none.add(key(1), 1, 2, now)).isTrue();
        assertThat(none.size()).isZero();
        assertThat(none.find(key(1))).isEqualTo(-1);
    }

    @Test
    void acknowledgesOnceInHalfASecond() {
        table.add(key(1), 1, 2, now);
        table.add(key(2), 1, 2, now);
        assertThat(table.mayAcknowledge(find(key(1)), now)).isTrue();
        assertThat(table.mayAcknowledge(find(key(1)), now + 499 * MILLI)).isFalse();
        assertThat(table.mayAcknowledge(find(key(2)), now + 499 * MILLI))
                .as("nothing is shared between connections")
                .isTrue();
        assertThat(table.mayAcknowledge(find(key(1)), now + 500 * MILLI)).isTrue();
        assertThat(table.mayAcknowledge(find(key(1)), now + 501 * MILLI)).isFalse();
        table.restart(find(key(1)), now + 502 * MILLI);
        assertThat(table.mayAcknowledge(find(key(1)), now + 502 * MILLI)).isFalse();
    }

    @Test
    void admitsASynThatIsNewerThanTheOldConnection() {
        int last = Integer.MAX_VALUE;
        table.add(key(1), last, 2, now);
        int plain = find(key(1));
        assertThat(table.admits(plain, last + 1, false, 0)).isTrue();
        assertThat(table.admits(plain, last, false, 0)).isFalse();
        assertThat(table.admits(plain, last - 1, false, 0)).isFalse();
        assertThat(table.admits(plain, last - 1, true, 0))
                .as("only the new one has timestamps")
                .isTrue();

        int stamp = Integer.MAX_VALUE;
        table.add(key(2), last, 2, stamp, 0, now);
        int stamped = find(key(2));
        assertThat(table.admits(stamped, last - 1, true, stamp + 1))
                .as("newer, across the sign")
                .isTrue();
        assertThat(table.admits(stamped, last - 1, true, stamp)).isFalse();
        assertThat(table.admits(stamped, last + 1, true, stamp)).isTrue();
        assertThat(table.admits(stamped, last + 1, true, stamp - 1))
                .as("older, whatever the sequence number")
                .isFalse();
        assertThat(table.admits(stamped, last + 1, false, 0)).isTrue();
        assertThat(table.admits(stamped, last - 1, false, 0)).isFalse();
    }

    @Test
    void ourOwnSideMayReuseANameWhoseTimestampsAreASecondOld() {
        table.add(key(1), 1, 2, 3, 4, now);
        table.add(key(2), 1, 2, now);
        assertThat(table.isReusable(find(key(1)), now + 999 * MILLI)).isFalse();
        assertThat(table.isReusable(find(key(1)), now + 1000 * MILLI)).isTrue();
        assertThat(table.isReusable(find(key(2)), now + 1000 * MILLI))
                .as("without timestamps")
                .isFalse();
        table.restart(find(key(1)), now + 1000 * MILLI);
        assertThat(table.isReusable(find(key(1)), now + 1500 * MILLI))
                .as("the peer's FIN came again")
                .isFalse();
    }

    @Test
    void staysRightForMonthsWithoutEverBeingEmpty() {
        long day = 86_400_000 * MILLI;
        TimeWaitTable table = new TimeWaitTable(10, 10 * day, HASH);
        for (int n = 0; n < 60; n++, now += 3 * day) {
            assertThat(table.expire(now)).isEqualTo(n < 4 ? 0 : 1);
            table.add(key(n), n, n, now);
            assertThat(table.deadlineNanos(table.find(key(n)))).isEqualTo(now + 10 * day);
        }
    }

    @Test
    void refusesImpossibleLimits() {
        assertThatThrownBy(() -> new TimeWaitTable(-1, TWO_MSL, HASH)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TimeWaitTable(1, 0, HASH)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TimeWaitTable(1, Long.MAX_VALUE, HASH))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
