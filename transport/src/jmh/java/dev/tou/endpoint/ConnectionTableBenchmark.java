// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.Keyed;
import dev.tou.connection.SipHash;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding the connection of a datagram among many, hashing included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConnectionTableBenchmark {

    private static final int LOCAL_PORT = 8080;
    private static final int FIRST_PORT = 1024;
    private static final int PORTS_OF_A_PEER = 32_768;

    /** A prime, so that the order of the visits is not that of the places. */
    private static final int STRIDE = 7919;

    @Param({"1", "1000", "100000"})
    public int connections;

    private record Connection(ConnectionKey key) implements Keyed {}

    private ConnectionTable<Connection> table;
    private Connection[] all;
    private Connection stranger;
    private int turn;

    @Setup
    public void prepare() throws UnknownHostException {
        table = new ConnectionTable<>(new SipHash(1, 2));
        all = new Connection[connections];
        for (int i = 0; i < connections; i++) {
            all[i] = connection(i);
            table.put(all[i]);
        }
        stranger = connection(connections);
    }

    private static Connection connection(int n) throws UnknownHostException {
        byte[] address = {10, 0, 0, (byte) (1 + n / PORTS_OF_A_PEER)};
        int port = FIRST_PORT + n % PORTS_OF_A_PEER;
        InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress(address), port);
        return new Connection(ConnectionKey.of(peer, LOCAL_PORT, port));
    }

    private ConnectionKey nextKey() {
        turn = (turn + STRIDE) % connections;
        return all[turn].key();
    }

    @Benchmark
    public Object findOneOfAll() {
        return find(nextKey());
    }

    @Benchmark
    public Object findNone() {
        return find(stranger.key());
    }

    private Connection find(ConnectionKey key) {
        return table.find(key.remoteHi(), key.remoteLo(), key.remoteUdpPort(), key.localTcpPort(), key.remoteTcpPort());
    }

    /** A connection that comes and goes. */
    @Benchmark
    public Object putAndRemove() {
        table.put(stranger);
        return table.remove(stranger);
    }
}
