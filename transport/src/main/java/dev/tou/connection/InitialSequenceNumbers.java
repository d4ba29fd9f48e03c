// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.security.SecureRandom;

/**
 * Where the sequence numbers and the timestamps of a connection start (RFC 6528 section 3, RFC 7323 section 5.4).
 *
 * <p>{@code ISN = M + F(tuple, key)}: a clock of 64 ns steps plus a keyed hash of the connection's name. For one name the
 * numbers grow with the clock, so that a new connection does not take old segments of its predecessor for its own; the clock
 * goes round in 275 s, longer than two maximum segment lifetimes. For different names the offsets are independent, so that
 * whoever sees the numbers of their own connections learns nothing about those of others. The offset of timestamps is the same
 * with another key and without a clock: a connection's timestamps reveal neither how long the process runs nor which
 * connections belong to one host (RFC 7323 section 7.1).
 *
 * <p>The keys are secret and last as long as the process: two endpoints that serve the same name one after the other must
 * continue the same line of numbers. Immutable, allocates nothing, shared between threads.
 *
 * <p>RFC 9293: MUST-8, MUST-9, SHLD-1.
 */
public final class InitialSequenceNumbers {

    /** The clock advances by one in 64 ns; RFC 9293 section 3.4.1 says roughly 4 microseconds, at most. */
    private static final int CLOCK_SHIFT = 6;

    private final SipHash sequenceHash;
    private final SipHash timestampHash;

    /** @param keys where the two secret keys come from, which is asked four times for a long */
    public InitialSequenceNumbers(SecureRandom keys) {
        this(SipHash.withRandomKey(keys), SipHash.withRandomKey(keys));
    }

    /** For tests that want the same numbers every time. */
    public InitialSequenceNumbers(SipHash sequenceHash, SipHash timestampHash) {
        this.sequenceHash = sequenceHash;
        this.timestampHash = timestampHash;
    }

    /** {@return the instance with the keys of this process} */
    public static InitialSequenceNumbers ofProcess() {
        return Process.INSTANCE;
    }

    /** See {@link #next(long, long, int, int, int, int, long)}. */
    public int next(ConnectionKey key, int localUdpPort, long nowNanos) {
        return next(
                key.remoteHi(),
                key.remoteLo(),
                key.remoteUdpPort(),
                key.localTcpPort(),
                key.remoteTcpPort(),
                localUdpPort,
                nowNanos);
    }

    /**
     * {@return the initial sequence number for a connection that begins now}
     *
     * @param remoteHi the upper word of the peer's address, as {@link AddressWords} has it
     * @param remoteLo the lower word
     * @param remoteUdpPort the peer's UDP port
     * @param localTcpPort our port in the TCP header
     * @param remoteTcpPort the peer's port in the TCP header
     * @param localUdpPort our UDP port
     * @param nowNanos a clock that never goes back while the process runs, of any origin; may wrap
     */
    public int next(
            long remoteHi,
            long remoteLo,
            int remoteUdpPort,
            int localTcpPort,
            int remoteTcpPort,
            int localUdpPort,
            long nowNanos) {
        long ports = allPorts(remoteUdpPort, localTcpPort, remoteTcpPort, localUdpPort);
        return (int) sequenceHash.hash(remoteHi, remoteLo, ports) + (int) (nowNanos >> CLOCK_SHIFT);
    }

    /** See {@link #timestampOffset(long, long, int, int, int, int)}. */
    public int timestampOffset(ConnectionKey key, int localUdpPort) {
        return timestampOffset(
                key.remoteHi(),
                key.remoteLo(),
                key.remoteUdpPort(),
                key.localTcpPort(),
                key.remoteTcpPort(),
                localUdpPort);
    }

    /** {@return what is added to the millisecond clock to make the timestamps that a connection sends} */
    public int timestampOffset(
            long remoteHi, long remoteLo, int remoteUdpPort, int localTcpPort, int remoteTcpPort, int localUdpPort) {
        long ports = allPorts(remoteUdpPort, localTcpPort, remoteTcpPort, localUdpPort);
        return (int) timestampHash.hash(remoteHi, remoteLo, ports);
    }

    /**
     * {@return a number from which the search for a free port begins, 0 to {@code bound - 1}} Different for each draw and each
     * peer, and nobody who has seen some can tell the next (RFC 6056 section 3.1).
     *
     * @param key the name of a connection to the peer; our port in it does not matter
     * @param draw never the same twice for one peer
     */
    public int portOffset(ConnectionKey key, long draw, int bound) {
        // No connection has a port of zero, so these inputs are no other's.
        long ports = ConnectionKey.packPorts(key.remoteUdpPort(), 0, key.remoteTcpPort());
        long drawn = sequenceHash.hash(key.remoteHi(), key.remoteLo(), ports, draw);
        return (int) ((drawn >>> Integer.SIZE) * bound >>> Integer.SIZE);
    }

    private static long allPorts(int remoteUdpPort, int localTcpPort, int remoteTcpPort, int localUdpPort) {
        return ConnectionKey.packPorts(remoteUdpPort, localTcpPort, remoteTcpPort) | (long) localUdpPort << 48;
    }

    /** Made when the first connection is, because the system's entropy may be slow to come. */
    private static final class Process {
        static final InitialSequenceNumbers INSTANCE = new InitialSequenceNumbers(new SecureRandom());
    }
}
