// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * When a socket may be asked again that refuses datagrams: a packet filter (EPERM), a full queue of the interface (ENOBUFS), a
 * route that is gone (EHOSTUNREACH). The first wait is short, because most refusals pass; each refused try doubles it, up to the
 * retransmission timeout; a success ends it. One try at a time: what happens to it decides.
 *
 * <p>One connection, one thread, no allocation; time comes as an argument.
 */
public final class RefusalBackOff {

    /** There is no moment: the outcome of a try is awaited. */
    public static final long AFTER_THE_TRY = Long.MIN_VALUE;

    static final long FIRST_NANOS = 1_000_000;

    private static final int MAX_DOUBLINGS = 30;

    private int refusals;
    private boolean trying;
    private long retryNanos;
    private Throwable cause;

    /** Nothing was refused. */
    public RefusalBackOff() {}

    /**
     * The socket has refused a datagram.
     *
     * @param mostNanos the longest wait, the retransmission timeout
     * @param why what the socket said
     */
    public void refused(long mostNanos, long nowNanos, Throwable why) {
        if (refusals > 0 && !trying) {
            return; // it left together with the one that was refused before
        }
        trying = false;
        retryNanos = nowNanos + Math.min(mostNanos, FIRST_NANOS << Math.min(refusals, MAX_DOUBLINGS));
        refusals++;
        cause = why;
    }

    /** The socket has taken a datagram, or has something else against it. {@return whether it had refused the one before} */
    public boolean over() {
        boolean ended = refusals > 0;
        refusals = 0;
        trying = false;
        cause = null;
        return ended;
    }

    /** A datagram is handed to the socket. */
    public void sends() {
        trying = refusals > 0;
    }

    /** {@return whether the socket refused the last datagram of which it is known} */
    public boolean isRefused() {
        return refusals > 0;
    }

    /** {@return what the socket said when it refused the last datagram of which it is known; null if it took that} */
    public Throwable cause() {
        return cause;
    }

    /** {@return whether nothing should leave now} */
    public boolean holdsBack(long nowNanos) {
        return refusals > 0 && (trying || nowNanos - retryNanos < 0);
    }

    /** {@return when the socket may be asked again, meaningful while it {@link #holdsBack}; or {@link #AFTER_THE_TRY}} */
    public long retryNanos() {
        return trying ? AFTER_THE_TRY : retryNanos;
    }
}
