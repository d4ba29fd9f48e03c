// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;

/**
 * What an application reads when a connection fails: what happened, to which connection, after how long and how many tries, and
 * what to look at. Each begins with the words of kernels, because programs look for them.
 */
public final class FailureReport {

    private static final double NANOS_PER_SECOND = 1e9;

    private FailureReport() {}

    /** {@return what to say of a reset that has come} */
    public static SocketException reset(TransmissionControlBlock tcb, long nowNanos) {
        if (tcb.state().isSynchronized() || tcb.isPassive()) {
            return new SocketException("Connection reset by peer: " + tcb.id() + ", a RST came "
                    + seconds(nowNanos - tcb.handshake.knownNanos())
                    + (tcb.handshake.isCookie() ? " after the SYN cookie was back." : " after the first SYN.")
                    + " The peer's application has aborted the connection, or its host knows it no more");
        }
        return new ConnectException("Connection refused");
    }

    /** {@return what to say when repetitions have shown that nobody has the peer's port} */
    static SocketException deserted(TransmissionControlBlock tcb, long nowNanos) {
        SocketException report = new SocketException("Connection reset by peer: " + tcb.id() + ", "
                + tcb.patience.tries() + " tries in " + seconds(nowNanos - tcb.patience.unansweredSinceNanos())
                + " found nobody at the peer's UDP port (ICMP port unreachable), " + lastHeard(tcb, nowNanos)
                + ". Has its process ended?");
        report.initCause(Unreachable.PORT.exception());
        return report;
    }

    /** {@return why a handshake ends at once} */
    static SocketException unreachable(Unreachable what) {
        return what == Unreachable.PORT ? new ConnectException("Connection refused") : what.exception();
    }

    /** {@return what to say when text, or probes of a closed window, have stayed unanswered for too long} */
    static SocketException timedOut(TransmissionControlBlock tcb, long nowNanos) {
        Patience patience = tcb.patience;
        boolean probing = tcb.retransmissionQueue.isEmpty();
        if (tcb.refusals.isRefused() && patience.unreachable() == null) {
            return refused(tcb, nowNanos);
        }
        return explained(
                patience,
                "Connection timed out: " + tcb.id()
                        + (probing ? ", no answer to probes of a closed window for " : ", no acknowledgment for ")
                        + seconds(nowNanos - patience.unansweredSinceNanos()) + " (tries: " + patience.tries() + "), "
                        + lastHeard(tcb, nowNanos)
                        + ". Is the peer's host up, and the way to it open? USER_TIMEOUT and RETRIES2 say how long to wait");
    }

    /** The peer is not to blame: what it should have answered has not left this host. */
    private static SocketException refused(TransmissionControlBlock tcb, long nowNanos) {
        Throwable why = tcb.refusals.cause();
        String words = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        SocketException report = new SocketException("Connection timed out: " + tcb.id()
                + ", this host refuses to send its datagrams (" + words + "), for "
                + seconds(nowNanos - tcb.patience.unansweredSinceNanos()) + " (tries: " + tcb.patience.tries() + "), "
                + lastHeard(tcb, nowNanos)
                + ". Does a packet filter of this host forbid them, or is its interface down or its queue full?"
                + " USER_TIMEOUT and RETRIES2 say how long to wait");
        report.initCause(why);
        return report;
    }

    /** {@return what to say when keep-alive probes have stayed unanswered} */
    public static SocketException silent(TransmissionControlBlock tcb, long nowNanos) {
        return explained(
                tcb.patience,
                "Connection timed out: " + tcb.patience.keepAlive.probes() + " keep-alive probes unanswered, "
                        + tcb.id() + ", " + lastHeard(tcb, nowNanos)
                        + ". Is the peer's host up, and the way to it open? KEEP_IDLE, KEEP_INTERVAL and KEEP_COUNT"
                        + " say how long to wait");
    }

    private static SocketException explained(Patience patience, String words) {
        SocketException report = new SocketException(words);
        if (patience.unreachable() != null) {
            report.initCause(patience.unreachable().exception());
        }
        return report;
    }

    private static String lastHeard(TransmissionControlBlock tcb, long nowNanos) {
        return "the last segment came " + seconds(nowNanos - tcb.patience.keepAlive.lastHeardNanos()) + " ago";
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / NANOS_PER_SECOND);
    }
}
