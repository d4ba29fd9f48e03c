// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * The default congestion control: CUBIC (RFC 9438), whose window is a function of the time since the last loss, so that flows
 * with long and short round trips grow alike, with the slow start of HyStart++ (RFC 9406).
 *
 * <pre>
 *   window
 *     |                               .      W_cubic(t) = C (t - K)^3 + W_max     C = 0.4 segments per cubed second
 *     |  lost                       .        K = cbrt((W_max - window at t = 0) / C)
 *  W_max ..+......_____-----------
 *     |    |    /                            W_est grows as Reno would on average, and wins where it is larger:
 *     |    |   /                             short round trips, small windows, much loss
 *     |    | /
 *     |    +  0.7 W_max
 *     +----+-------+---------------> t
 *          0       K
 * </pre>
 *
 * <p>Growth aims at where the cubic will be a round trip from now, at most half above the window. After a loss below the last
 * {@code W_max}, {@code W_max} is set lower than the window was, which makes room for newcomers (fast convergence, section
 * 4.7). Time in which the window was not what limited sending is not time on the curve (section 5.8), and a timeout forgets
 * {@code W_max} (section 4.8). Undo (section 4.9) restores the whole curve.
 */
public final class Cubic extends LossBasedController {

    static final double C = 0.4;
    static final double BETA = 0.7;

    /** Makes the average window of additive increase with {@link #BETA} that of Reno (section 4.3). */
    static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double MOST_GROWTH = 1.5;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Curve curve = new Curve();
    private final Curve prior = new Curve();

    private double rttSeconds;
    private long lastAckNanos;
    private boolean pathWasEmpty;

    /** What an undo has to restore. Windows in bytes, times in seconds or nanoseconds. */
    private static final class Curve {
        boolean begun;
        long epochNanos;
        double maxWindow;
        double origin;
        double seconds;
        double reno;
        double priorWindow;
        double credit;

        void copy(Curve other) {
            begun = other.begun;
            epochNanos = other.epochNanos;
            maxWindow = other.maxWindow;
            origin = other.origin;
            seconds = other.seconds;
            reno = other.reno;
            priorWindow = other.priorWindow;
            credit = other.credit;
        }
    }

    /** Makes a controller. */
    public Cubic() {
        super(Integer.MAX_VALUE);
    }

    @Override
    public String name() {
        return "cubic";
    }

    @Override
    void avoidCongestion(long ackedBytes, AckSample sample) {
        long now = sample.nowNanos();
        if (sample.rttNanos() != AckSample.NO_RTT) {
            rttSeconds = sample.rttNanos() / NANOS_PER_SECOND;
        }
        if (!curve.begun) {
            begin(now);
        } else if (pathWasEmpty) {
            // Beyond the round trip that an empty path needs to answer, nobody sent.
            curve.epochNanos += Math.max(0, now - lastAckNanos - (long) (rttSeconds * NANOS_PER_SECOND));
        }
        double window = windowBytes();
        double time = (now - curve.epochNanos) / NANOS_PER_SECOND;
        curve.reno += (curve.reno < curve.priorWindow ? ALPHA : 1) * mssBytes() * ackedBytes / window;
        if (cubicAt(time) < curve.reno) {
            curve.credit = Math.max(0, curve.reno - window);
        } else {
            double target = Math.max(window, Math.min(cubicAt(time + rttSeconds), MOST_GROWTH * window));
            curve.credit += (target - window) * ackedBytes / window;
        }
        long whole = (long) curve.credit;
        curve.credit -= whole;
        growBy(whole);
        remember(sample);
    }

    private void begin(long now) {
        double window = windowBytes();
        curve.begun = true;
        curve.epochNanos = now;
        curve.origin = Math.max(window, curve.maxWindow);
        curve.seconds = Math.cbrt((curve.origin - window) / mssBytes() / C);
        curve.reno = window;
        curve.credit = 0;
        if (curve.priorWindow == 0) {
            curve.priorWindow = window; // the first slow start has ended without a loss
        }
    }

    private double cubicAt(double seconds) {
        double distance = seconds - curve.seconds;
        return curve.origin + C * distance * distance * distance * mssBytes();
    }

    @Override
    void notLimited(AckSample sample) {
        if (curve.begun) {
            curve.epochNanos += sample.nowNanos() - lastAckNanos;
        }
        remember(sample);
    }

    private void remember(AckSample sample) {
        lastAckNanos = sample.nowNanos();
        pathWasEmpty = sample.inFlightBytes() == 0;
    }

    @Override
    long reduce(long validBytes, long flightBytes, boolean timeout) {
        prior.copy(curve);
        double used = validBytes;
        curve.begun = false;
        curve.priorWindow = used;
        if (timeout) {
            curve.maxWindow = 0;
        } else {
            curve.maxWindow = used < curve.maxWindow ? used * (1 + BETA) / 2 : used;
        }
        return (long) (used * BETA);
    }

    @Override
    void restore() {
        curve.copy(prior);
    }

    @Override
    void startOver() {
        curve.begun = false;
    }
}
