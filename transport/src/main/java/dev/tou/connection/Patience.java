// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * How long a connection waits for a peer that does not answer: timeouts in a row (R1 and R2 of RFC 9293 section 3.8.3), the user
 * timeout, and probes of a closed window (section 3.8.6.1). The silence of a peer that owes no answer is for {@link KeepAlive}.
 */
public final class Patience {

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long LONGEST_DELAY_NANOS = 60_000 * NANOS_PER_MILLI;

    /** When both ends were last heard. */
    public final KeepAlive keepAlive;

    private final Denials denials = new Denials();
    private final ConnectionOptions options;
    private int timeoutsInARow;
    private int repetitions;
    private boolean problemIsNews;
    private long unansweredSinceNanos;
    private int windowProbes;
    private boolean probeAnswered;
    private long probeAnsweredNanos;
    private long waitingSinceNanos;
    private long quietSinceNanos;
    private boolean textWaits;

    Patience(ConnectionOptions options) {
        this.options = options;
        keepAlive = new KeepAlive(options);
    }

    /** Text leaves, and nothing was outstanding before. */
    public void began(long nowNanos) {
        progressed(nowNanos, nowNanos);
    }

    /**
     * Something new was acknowledged.
     *
     * @param sentNanos when what is the oldest now was sent first; later if that is not known any more
     */
    public void progressed(long sentNanos, long nowNanos) {
        beginAnew();
        waitingSinceNanos = nowNanos;
        quietSinceNanos = sentNanos;
    }

    /** The peer says that it lives, and that its window is closed. */
    public void answered(long nowNanos) {
        beginAnew();
        quietSinceNanos = nowNanos;
        if (windowProbes > 0) {
            probeAnswered = true;
            probeAnsweredNanos = nowNanos;
        }
    }

    private void beginAnew() {
        timeoutsInARow = 0;
        repetitions = 0;
        denials.beginAnew(keepAlive.probes());
    }

    /** {@return since when nothing new was acknowledged although something was outstanding} */
    public long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    /** The retransmission timer expired without progress, or the user timeout. */
    public void expired() {
        expired(quietSinceNanos);
    }

    /**
     * A timer expired without progress.
     *
     * @param sinceNanos since when there is no answer, if it is the first in a row; now, if its first probe leaves now
     */
    public void expired(long sinceNanos) {
        if (timeoutsInARow++ == 0) {
            unansweredSinceNanos = sinceNanos;
        }
    }

    /**
     * {@return how long to wait for what has not even left: the retransmission timeout, doubled with every timeout in a row, at most
     * 60 s}
     */
    public long retryDelayNanos(long rtoNanos) {
        return doubled(rtoNanos, timeoutsInARow);
    }

    private static long doubled(long nanos, int times) {
        return Math.min(LONGEST_DELAY_NANOS, nanos << Math.min(times, 16));
    }

    /** {@return whether no timer has expired since the last progress} */
    public boolean isPatient() {
        return timeoutsInARow == 0;
    }

    /**
     * {@return whether that was once too often: after R2 repetitions (RFC 9293 section 3.8.3) one more timeout; or too long (USER
     * TIMEOUT)} Of a closed window, after R2 probes.
     */
    public boolean isOver(long nowNanos) {
        int userTimeout = options.userTimeoutMillis();
        return userTimeout > 0
                ? nowNanos - unansweredSinceNanos >= userTimeout * NANOS_PER_MILLI
                : timeoutsInARow > options.retries();
    }

    /** {@return when the user timeout ends the connection, however often the oldest segment was sent again meanwhile} */
    long userTimeoutNanos() {
        long since = timeoutsInARow == 0 ? quietSinceNanos : unansweredSinceNanos;
        return since + options.userTimeoutMillis() * NANOS_PER_MILLI;
    }

    /** What has timed out goes again in this turn. Of R1 in a row the application shall hear (RFC 9293 section 3.8.3, SHLD-9). */
    void repeats() {
        repetitions++;
        problemIsNews |= repetitions == options.retriesBeforeReport();
    }

    /** {@return whether the application has yet to be told of a delivery problem; true once} */
    boolean takeProblem() {
        boolean due = problemIsNews;
        problemIsNews = false;
        return due;
    }

    /**
     * {@return how often what is unanswered was sent, the first time and the repetition of this turn included} Of a closed window
     * this is one more than its probes: what waits behind it counts as sent.
     */
    int tries() {
        return isProbedIdle() ? keepAlive.probes() : repetitions + 1;
    }

    /** {@return since when what was sent has stayed unanswered} */
    long unansweredSinceNanos() {
        return isProbedIdle() ? keepAlive.dueNanos() : unansweredSinceNanos;
    }

    // Nothing but keep-alive probes is unanswered.
    private boolean isProbedIdle() {
        return keepAlive.probes() > 0 && repetitions == 0;
    }

    /** The network says that something could not be delivered. */
    void undeliverable(Unreachable what) {
        denials.told(what, timeoutsInARow + keepAlive.probes());
    }

    /** {@return whether a second repetition has found the peer's port unreachable again} */
    boolean isDeserted() {
        return denials.areBelieved();
    }

    /** {@return what the network has said since the peer was last heard, or null} */
    Unreachable unreachable() {
        return denials.unreachable();
    }

    /** {@return the deadline of the next attempt, which must not lie behind the user timeout, if that counts} */
    public long beforeUserTimeout(long deadlineNanos) {
        int userTimeout = options.userTimeoutMillis();
        return userTimeout > 0 && timeoutsInARow > 0
                ? Math.min(deadlineNanos, unansweredSinceNanos + userTimeout * NANOS_PER_MILLI)
                : deadlineNanos;
    }

    /** {@return how many probes of a closed window were sent in a row} */
    public int windowProbes() {
        return windowProbes;
    }

    /**
     * {@return how long to wait for the next probe of a closed window: the retransmission timeout, doubled with every probe, at
     * most 60 s (RFC 9293 section 3.8.6.1)}
     */
    public long windowProbeDelayNanos(long rtoNanos) {
        return doubled(rtoNanos, windowProbes);
    }

    /**
     * {@return whether a live peer would answer a probe of its closed window that leaves now} Soon after another one it need not (RFC
     * 5961 section 7), so silence says nothing then.
     */
    public boolean expectsProbeAnswer(long nowNanos) {
        return !probeAnswered || nowNanos - probeAnsweredNanos >= ChallengeAckLimiter.INTERVAL_NANOS;
    }

    /** Counts one more probe of a closed window. */
    public void windowProbed() {
        windowProbes++;
    }

    /** The window has opened. */
    public void windowOpened() {
        windowProbes = 0;
    }

    /** An acceptable segment came. */
    public void heard(long nowNanos) {
        keepAlive.heard(nowNanos);
        denials.forget();
        denials.beginAnew(timeoutsInARow);
    }

    /** All was sent that may be; there is text left, or none. */
    public void sendingStopped(boolean textIsLeft) {
        textWaits = textIsLeft;
    }

    /** {@return whether text has waited since then, so that silence is not the application's} */
    boolean hasTextWaited() {
        return textWaits;
    }
}
