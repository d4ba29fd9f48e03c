// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.Keyed;
import dev.tou.connection.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionTableTest {

    private record Connection(ConnectionKey key, int id) implements Keyed {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return id;
        }
    }

    private final ConnectionTable<Connection> table = new ConnectionTable<>(new SipHash(5, 6));
    private final Map<ConnectionKey, Connection> oracle = new HashMap<>();

    private static ConnectionKey key(int n) {
        byte[] address = (n & 1) == 0
                ? new byte[] {10, 0, (byte) (n >> 1), 1}
                : new byte[] {0x20, 1, 13, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) (n >> 1), 1};
        try {
            int udpPort = 1 + (n >> 2 & 3);
            return ConnectionKey.of(
                    new InetSocketAddress(InetAddress.getByAddress(address), udpPort), 80 + (n >> 4 & 1), n >> 5);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Connection findByParts(ConnectionTable<Connection> table, ConnectionKey key) {
        return table.find(key.remoteHi(), key.remoteLo(), key.remoteUdpPort(), key.localTcpPort(), key.remoteTcpPort());
    }

    /** With few names the entries wrap round the end of the table all the time, with many it grows and shrinks. */
    @ParameterizedTest
    @ValueSource(ints = {10, 40, 500, 1 << 14})
    void agreesWithAHashMap(int names) {
        long seed = new SplittableRandom().nextLong();
        System.out.println("ConnectionTableTest names=" + names + " seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ConnectionTable<Connection> table = new ConnectionTable<>(new SipHash(random.nextLong(), random.nextLong()));
        for (int step = 0; step < 500_000; step++) {
            boolean filling = step / (4 * names) % 2 == 0;
            ConnectionKey key = key(random.nextInt(names));
            Connection found = oracle.get(key);
            assertThat(table.find(key) == found && findByParts(table, key) == found)
                    .isTrue();
            if (random.nextInt(4) < (filling ? 3 : 0)) {
                Connection connection = new Connection(key, step);
                assertThat(table.put(connection) == oracle.put(key, connection)).isTrue();
            } else if (found != null) {
                oracle.remove(key);
                assertThat(table.remove(found) == found).isTrue();
            }
            assertThat(table.size() == oracle.size()).isTrue();
        }
        for (Connection each : List.copyOf(oracle.values())) {
            assertThat(table.remove(each)).isSameAs(each);
        }
        assertThat(table.size()).isZero();
        assertThat(table.capacity()).isEqualTo(16);
    }

    @Test
    void removesOnlyTheVeryConnectionAndNotItsSuccessor() {
        Connection first = new Connection(key(1), 1);
        Connection second = new Connection(key(1), 2);
        assertThat(table.put(first)).isNull();
        assertThat(table.put(second)).isSameAs(first);
        assertThat(table.remove(first)).isNull();
        assertThat(table.find(key(1))).isSameAs(second);
        assertThat(table.remove(second)).isSameAs(second);
        assertThat(table.remove(second)).isNull();
        assertThat(table.find(key(1))).isNull();
    }

    @Test
    void showsEveryConnectionOnceWhileTheActionRemovesIt() {
        Set<Connection> seen = new HashSet<>();
        for (int n = 0; n < 5000; n++) {
            table.put(new Connection(key(n), n));
        }
        table.forEach(connection -> {
            assertThat(seen.add(connection)).isTrue();
            assertThat(table.remove(connection)).isSameAs(connection);
        });
        assertThat(seen).hasSize(5000);
        assertThat(table.size()).isZero();
    }

    @Test
    void showsNothingThatAnActionHasRemovedAndNothingThatItAdded() {
        List<Connection> all = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            Connection connection = new Connection(key(n), n);
            all.add(connection);
            table.put(connection);
        }
        List<Connection> seen = new ArrayList<>();
        table.forEach(connection -> {
            seen.add(connection);
            for (Connection other : all) {
                if (other != connection) {
                    table.remove(other);
                }
            }
            for (int n = 200; n < 1200; n++) {
                table.put(new Connection(key(n), n));
            }
        });
        assertThat(seen).hasSize(1);
        assertThat(table.size()).isEqualTo(1001);
    }

    private int scan(int position, int places, Map<Connection, Integer> times) {
        return table.scan(position, places, connection -> times.merge(connection, 1, Integer::sum));
    }

    @Test
    void aScanShowsEveryConnectionOnce() {
        for (int n = 0; n < 5000; n++) {
            table.put(new Connection(key(n), n));
        }
        Map<Connection, Integer> times = new HashMap<>();
        int slices = 1;
        for (int position = scan(0, 100, times); position != 0; position = scan(position, 100, times)) {
            slices++;
        }
        assertThat(times)
                .hasSize(5000)
                .allSatisfy((connection, shown) -> assertThat(shown).isEqualTo(1));
        assertThat(slices).isBetween(table.capacity() / 100, table.capacity() / 100 + 1);
    }

    /** Those that stay are shown, whatever else comes and goes between two slices; nobody twice, even if the table shrinks. */
    @Test
    void aScanMissesNobodyWhoStaysAndShowsNobodyTwice() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("ConnectionTableTest scan seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 50; run++) {
            ConnectionTable<Connection> changing =
                    new ConnectionTable<>(new SipHash(random.nextLong(), random.nextLong()));
            Set<Connection> staying = new HashSet<>();
            List<Connection> others = new ArrayList<>();
            for (int n = 0; n < 3000; n++) {
                Connection connection = new Connection(key(n), n);
                changing.put(connection);
                if (n % 10 == 0) {
                    staying.add(connection);
                } else {
                    others.add(connection);
                }
            }
            Map<Connection, Integer> shown = new HashMap<>();
            int next = 3000;
            int position = 0;
            do {
                position = changing.scan(position, 16, connection -> shown.merge(connection, 1, Integer::sum));
                boolean leaving = random.nextInt(4) > 0;
                for (int i = random.nextInt(200); i > 0; i--) {
                    if (leaving && !others.isEmpty()) {
                        changing.remove(others.remove(random.nextInt(others.size())));
                    } else if (!leaving) {
                        Connection connection = new Connection(key(next), next++);
                        others.add(connection);
                        changing.put(connection);
                    }
                }
            } while (position != 0);
            assertThat(shown.keySet()).as("run " + run + " of seed " + seed).containsAll(staying);
            assertThat(shown.values()).as("run " + run + " of seed " + seed).allMatch(times -> times == 1);
        }
    }

    /** Among some 80 000 keys two have the same 32 bits of hash. */
    @Test
    void tellsKeysOfTheSameHashApart() {
        SipHash hash = new SipHash(5, 6);
        Map<Integer, ConnectionKey> byHash = new HashMap<>();
        for (int n = 0; ; n++) {
            ConnectionKey key = key(n);
            ConnectionKey other = byHash.put((int) hash.hash(key.remoteHi(), key.remoteLo(), key.ports()), key);
            if (other != null) {
                Connection first = new Connection(other, 1);
                Connection second = new Connection(key, 2);
                table.put(first);
                assertThat(table.find(key)).isNull();
                assertThat(table.put(second)).isNull();
                assertThat(table.find(other)).isSameAs(first);
                assertThat(findByParts(table, key)).isSameAs(second);
                assertThat(table.remove(first)).isSameAs(first);
                assertThat(table.find(key)).isSameAs(second);
                return;
            }
        }
    }
}
