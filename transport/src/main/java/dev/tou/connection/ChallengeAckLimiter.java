// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * At most one answer in 500 ms to segments that are not acceptable and carry no text (RFC 5961 section 7). One per
 * connection: a limit shared between connections would tell an attacker about the others (CVE-2016-5696).
 */
public final class ChallengeAckLimiter {

    /** The least time between two answers. */
    public static final long INTERVAL_NANOS = 500_000_000L;

    /** The least time between two answers to probes of a closed window: less than any peer of ours leaves between them. */
    private static final long PROBE_INTERVAL_NANOS = 50_000_000L;

    private long lastNanos;
    private boolean used;
    private long lastProbeNanos;
    private boolean probed;

    /** {@return whether an answer may be sent now; if so it counts} */
    public boolean tryAcquire(long nowNanos) {
        if (used && nowNanos - lastNanos < INTERVAL_NANOS) {
            return false;
        }
        used = true;
        lastNanos = nowNanos;
        return true;
    }

    /**
     * {@return whether a probe of our closed window may be answered now; if so it counts} These have a limit of their own, because
     * a peer whose probes stay unanswered gives the connection up (RFC 9293 section 3.8.6.1).
     */
    public boolean tryAcquireForProbe(long nowNanos) {
        if (probed && nowNanos - lastProbeNanos < PROBE_INTERVAL_NANOS) {
            return false;
        }
        probed = true;
        lastProbeNanos = nowNanos;
        return true;
    }
}
