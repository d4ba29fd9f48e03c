// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.SipHash;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Connections in TIME-WAIT: what a segment costs that may be for one of them, and what their coming and going costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimeWaitTableBenchmark {

    private static final long TWO_MSL_NANOS = 60_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** A prime, so that the order of the visits is not that of the records. */
    private static final int STRIDE = 7919;

    @Param({"1000", "1000000"})
    public int records;

    private TimeWaitTable table;

    /** One more than there are records. */
    private ConnectionKey[] keys;

    private int turn;
    private int next;
    private long now;

    @Setup
    public void prepare() throws UnknownHostException {
        table = new TimeWaitTable(Integer.MAX_VALUE >> 1, TWO_MSL_NANOS, new SipHash(1, 2));
        keys = new ConnectionKey[records + 1];
        for (int i = 0; i <= records; i++) {
            keys[i] = key(i);
        }
        // Each ends a millisecond after the one before.
        for (int i = 0; i < records; i++) {
            table.add(keys[i], i, i, i, i, i * NANOS_PER_MILLI - TWO_MSL_NANOS);
        }
        next = records;
        now = -1;
    }

    private static ConnectionKey key(int n) throws UnknownHostException {
        byte[] address = {10, 0, (byte) (n >> 16), (byte) (n >> 8)};
        int port = 1024 + (n & 0xff);
        return ConnectionKey.of(new InetSocketAddress(InetAddress.getByAddress(address), port), 8080, port);
    }

    private ConnectionKey nextKey() {
        turn = (turn + STRIDE) % records;
        return keys[turn];
    }

    /** A segment for one of them. */
    @Benchmark
    public int findOneOfAll() {
        return find(nextKey());
    }

    /** A segment for none of them: every SYN of a stranger. */
    @Benchmark
    public int findNone() {
        return find(keys[records]);
    }

    private int find(ConnectionKey key) {
        return table.find(key.remoteHi(), key.remoteLo(), key.remoteUdpPort(), key.localTcpPort(), key.remoteTcpPort());
    }

    /** A late FIN. */
    @Benchmark
    public int restart() {
        int record = find(nextKey());
        table.restart(record, now);
        return record;
    }

    /** One more connection gets there, and the oldest record ends. */
    @Benchmark
    public int addAndExpire() {
        now += NANOS_PER_MILLI;
        int expired = table.expire(now);
        table.add(keys[next], turn, turn, turn, turn, now + records * NANOS_PER_MILLI - TWO_MSL_NANOS);
        next = next == records ? 0 : next + 1;
        return expired;
    }
}
