// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * When both ends were last heard, and what follows from it: when a silent peer is probed (RFC 9293 section 3.8.4), and when a NAT
 * on the path must be reminded of the connection.
 */
public final class KeepAlive {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final ConnectionOptions options;
    private int probes;
    private long lastHeardNanos;
    private long lastHeardTextNanos;
    private long lastSpokeNanos;

    KeepAlive(ConnectionOptions options) {
        this.options = options;
    }

    // --- what happens ---

    /** An acceptable segment came. */
    void heard(long nowNanos) {
        lastHeardNanos = nowNanos;
        probes = 0;
    }

    /** The acceptable segment that just came has text. */
    public void heardText() {
        lastHeardTextNanos = lastHeardNanos;
    }

    /** Text was sent. */
    public void spoke(long nowNanos) {
        lastSpokeNanos = nowNanos;
    }

    /** Counts one more probe. */
    public void probed() {
        probes++;
    }

    // --- what follows from it ---

    /** {@return how many probes were sent since the peer was last heard} */
    public int probes() {
        return probes;
    }

    /** {@return whether as many probes have stayed unanswered as may} */
    public boolean isOver() {
        return probes >= options.keepCount();
    }

    /** {@return when a connection that stays as silent as it is shall be probed} */
    public long dueNanos() {
        return lastHeardNanos + options.keepIdleSeconds() * NANOS_PER_SECOND;
    }

    /** {@return when to look again whether it shall, if it was not yet due or something is outstanding} */
    public long checkNanos(long nowNanos) {
        return Math.max(dueNanos(), nowNanos + NANOS_PER_SECOND);
    }

    /** {@return when the next probe follows one that goes now} */
    public long nextNanos(long nowNanos) {
        return nowNanos + options.keepIntervalSeconds() * NANOS_PER_SECOND;
    }

    /**
     * {@return when a NAT on the path would forget the connection if nothing left until then: so long after the last text that went,
     * or came, which was acknowledged}
     */
    public long mappingDueNanos() {
        long last = lastSpokeNanos - lastHeardTextNanos > 0 ? lastSpokeNanos : lastHeardTextNanos;
        return last + options.natKeepAliveSeconds() * NANOS_PER_SECOND;
    }

    /** {@return when an acceptable segment last came} */
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    /** {@return when text last came} */
    public long lastHeardTextNanos() {
        return lastHeardTextNanos;
    }

    /** {@return when text was last sent} */
    public long lastSpokeNanos() {
        return lastSpokeNanos;
    }
}
