// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.state.TcpState;

/**
 * What is known about a connection at a moment: a value that does not change, with the names of Linux's {@code ss -ti}. Each
 * number has an accessor, is a {@link TcpFigure} that explains itself, and is in {@link #toMap()}; {@link #toString()} writes
 * what {@code ss} would.
 *
 * <p>Unlike the kernel, windows and what is on its way are counted in bytes, and times are nanoseconds. Accessors bear no unit in
 * their names, because those are {@code ss}'s; each says its unit. Counts are since the connection began.
 */
public final class TcpInfo {

    private final TcpState state;
    private final CongestionState caState;
    private final Limit limit;
    private final String congestionControl;
    private final String options;
    private final long[] figures;

    /**
     * Made by the transport.
     *
     * @param figures the numbers, by the ordinals of {@link TcpFigure}; copied
     */
    public TcpInfo(
            TcpState state,
            CongestionState caState,
            Limit limit,
            String congestionControl,
            String options,
            long[] figures) {
        if (figures.length != TcpFigure.values().length) {
            throw new IllegalArgumentException(
                    "figures: " + figures.length + " (expected: " + TcpFigure.values().length + ")");
        }
        this.state = state;
        this.caState = caState;
        this.limit = limit;
        this.congestionControl = congestionControl;
        this.options = options;
        this.figures = figures.clone();
    }

    /** {@return the state of the connection} */
    public TcpState state() {
        return state;
    }

    /** {@return whether loss is being repaired} */
    public CongestionState caState() {
        return caState;
    }

    /** {@return what keeps the connection from sending more} */
    public Limit limit() {
        return limit;
    }

    /** {@return the name of the congestion controller} */
    public String congestionControl() {
        return congestionControl;
    }

    /** {@return what both ends have agreed on, such as {@code ts sack wscale:7,7}: the peer's shift, and ours} */
    public String options() {
        return options;
    }

    /** {@return a number; {@link Long#MAX_VALUE} for a slow start threshold that there is not} */
    public long get(TcpFigure figure) {
        return figures[figure.ordinal()];
    }

    /** {@return everything by its name, in the order of {@link TcpFigure}; a slow start threshold that there is not is null} */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", state.toString());
        map.put("ca_state", caState.label());
        map.put("limited_by", limit.label());
        map.put("cong", congestionControl);
        map.put("options", options);
        for (TcpFigure figure : TcpFigure.values()) {
            map.put(figure.label(), get(figure) == Long.MAX_VALUE ? null : (Object) get(figure));
        }
        return map;
    }

    /** {@return the figures as {@code ss -ti} writes them: times in milliseconds, what is zero left out} */
    @Override
    public String toString() {
        return new InfoText(this).toString();
    }

    // --- one by one ---

    /** {@return {@link TcpFigure#MSS}, in bytes} */
    public int mss() {
        return (int) get(TcpFigure.MSS);
    }

    /** {@return {@link TcpFigure#RCV_MSS}, in bytes} */
    public int rcvMss() {
        return (int) get(TcpFigure.RCV_MSS);
    }

    /** {@return {@link TcpFigure#ADV_MSS}, in bytes} */
    public int advMss() {
        return (int) get(TcpFigure.ADV_MSS);
    }

    /** {@return {@link TcpFigure#PMTU}, in bytes} */
    public int pmtu() {
        return (int) get(TcpFigure.PMTU);
    }

    /** {@return {@link TcpFigure#RTO}, in nanoseconds} */
    public long rto() {
        return get(TcpFigure.RTO);
    }

    /** {@return {@link TcpFigure#BACKOFF}} */
    public int backoff() {
        return (int) get(TcpFigure.BACKOFF);
    }

    /** {@return {@link TcpFigure#RTT}, in nanoseconds} */
    public long rtt() {
        return get(TcpFigure.RTT);
    }

    /** {@return {@link TcpFigure#RTT_VAR}, in nanoseconds} */
    public long rttvar() {
        return get(TcpFigure.RTT_VAR);
    }

    /** {@return {@link TcpFigure#MIN_RTT}, in nanoseconds} */
    public long minRtt() {
        return get(TcpFigure.MIN_RTT);
    }

    /** {@return {@link TcpFigure#RCV_RTT}, in nanoseconds} */
    public long rcvRtt() {
        return get(TcpFigure.RCV_RTT);
    }

    /** {@return {@link TcpFigure#ATO}, in nanoseconds} */
    public long ato() {
        return get(TcpFigure.ATO);
    }

    /** {@return {@link TcpFigure#CWND}, in bytes} */
    public long cwnd() {
        return get(TcpFigure.CWND);
    }

    /** {@return {@link TcpFigure#SSTHRESH}, in bytes} */
    public long ssthresh() {
        return get(TcpFigure.SSTHRESH);
    }

    /** {@return {@link TcpFigure#SND_WND}, in bytes} */
    public int sndWnd() {
        return (int) get(TcpFigure.SND_WND);
    }

    /** {@return {@link TcpFigure#RCV_WND}, in bytes} */
    public int rcvWnd() {
        return (int) get(TcpFigure.RCV_WND);
    }

    /** {@return {@link TcpFigure#SND_BUF}, in bytes} */
    public int sndBuf() {
        return (int) get(TcpFigure.SND_BUF);
    }

    /** {@return {@link TcpFigure#RCV_BUF}, in bytes} */
    public int rcvBuf() {
        return (int) get(TcpFigure.RCV_BUF);
    }

    /** {@return {@link TcpFigure#RCV_SPACE}, in bytes} */
    public int rcvSpace() {
        return (int) get(TcpFigure.RCV_SPACE);
    }

    /** {@return {@link TcpFigure#UNACKED}, in bytes} */
    public int unacked() {
        return (int) get(TcpFigure.UNACKED);
    }

    /** {@return {@link TcpFigure#IN_FLIGHT}, in bytes} */
    public int inFlight() {
        return (int) get(TcpFigure.IN_FLIGHT);
    }

    /** {@return {@link TcpFigure#SACKED}, in bytes} */
    public int sacked() {
        return (int) get(TcpFigure.SACKED);
    }

    /** {@return {@link TcpFigure#LOST}, in bytes} */
    public int lost() {
        return (int) get(TcpFigure.LOST);
    }

    /** {@return {@link TcpFigure#RETRANS_OUT}} */
    public int retransOut() {
        return (int) get(TcpFigure.RETRANS_OUT);
    }

    /** {@return {@link TcpFigure#NOT_SENT}, in bytes} */
    public int notSent() {
        return (int) get(TcpFigure.NOT_SENT);
    }

    /** {@return {@link TcpFigure#UNREAD}, in bytes} */
    public int unread() {
        return (int) get(TcpFigure.UNREAD);
    }

    /** {@return {@link TcpFigure#LAST_SND}, in nanoseconds} */
    public long lastSnd() {
        return get(TcpFigure.LAST_SND);
    }

    /** {@return {@link TcpFigure#LAST_RCV}, in nanoseconds} */
    public long lastRcv() {
        return get(TcpFigure.LAST_RCV);
    }

    /** {@return {@link TcpFigure#LAST_ACK}, in nanoseconds} */
    public long lastAck() {
        return get(TcpFigure.LAST_ACK);
    }

    /** {@return {@link TcpFigure#PACING_RATE}, in bytes per second} */
    public long pacingRate() {
        return get(TcpFigure.PACING_RATE);
    }

    /** {@return {@link TcpFigure#DELIVERY_RATE}, in bytes per second} */
    public long deliveryRate() {
        return get(TcpFigure.DELIVERY_RATE);
    }

    /** {@return {@link TcpFigure#DELIVERY_RATE_APP_LIMITED}, 1 or 0} */
    public long deliveryRateAppLimited() {
        return get(TcpFigure.DELIVERY_RATE_APP_LIMITED);
    }

    /** {@return {@link TcpFigure#DELIVERED}, in bytes} */
    public long delivered() {
        return get(TcpFigure.DELIVERED);
    }

    /** {@return {@link TcpFigure#BYTES_SENT}, in bytes} */
    public long bytesSent() {
        return get(TcpFigure.BYTES_SENT);
    }

    /** {@return {@link TcpFigure#BYTES_RETRANS}, in bytes} */
    public long bytesRetrans() {
        return get(TcpFigure.BYTES_RETRANS);
    }

    /** {@return {@link TcpFigure#BYTES_ACKED}, in bytes} */
    public long bytesAcked() {
        return get(TcpFigure.BYTES_ACKED);
    }

    /** {@return {@link TcpFigure#BYTES_RECEIVED}, in bytes} */
    public long bytesReceived() {
        return get(TcpFigure.BYTES_RECEIVED);
    }

    /** {@return {@link TcpFigure#SEGS_OUT}} */
    public long segsOut() {
        return get(TcpFigure.SEGS_OUT);
    }

    /** {@return {@link TcpFigure#SEGS_IN}} */
    public long segsIn() {
        return get(TcpFigure.SEGS_IN);
    }

    /** {@return {@link TcpFigure#DATA_SEGS_OUT}} */
    public long dataSegsOut() {
        return get(TcpFigure.DATA_SEGS_OUT);
    }

    /** {@return {@link TcpFigure#DATA_SEGS_IN}} */
    public long dataSegsIn() {
        return get(TcpFigure.DATA_SEGS_IN);
    }

    /** {@return {@link TcpFigure#RETRANS}} */
    public long retrans() {
        return get(TcpFigure.RETRANS);
    }

    /** {@return {@link TcpFigure#LOSSES}} */
    public long losses() {
        return get(TcpFigure.LOSSES);
    }

    /** {@return {@link TcpFigure#RECOVERIES}} */
    public long recoveries() {
        return get(TcpFigure.RECOVERIES);
    }

    /** {@return {@link TcpFigure#LOSS_PROBES}} */
    public long lossProbes() {
        return get(TcpFigure.LOSS_PROBES);
    }

    /** {@return {@link TcpFigure#TIMEOUTS}} */
    public long timeouts() {
        return get(TcpFigure.TIMEOUTS);
    }

    /** {@return {@link TcpFigure#SPURIOUS_TIMEOUTS}} */
    public long spuriousTimeouts() {
        return get(TcpFigure.SPURIOUS_TIMEOUTS);
    }

    /** {@return {@link TcpFigure#UNDOS}} */
    public long undos() {
        return get(TcpFigure.UNDOS);
    }

    /** {@return {@link TcpFigure#DSACK_DUPS}} */
    public long dsackDups() {
        return get(TcpFigure.DSACK_DUPS);
    }

    /** {@return {@link TcpFigure#REORD_SEEN}} */
    public long reordSeen() {
        return get(TcpFigure.REORD_SEEN);
    }

    /** {@return {@link TcpFigure#REO_WND}, in nanoseconds} */
    public long reoWnd() {
        return get(TcpFigure.REO_WND);
    }

    /** {@return {@link TcpFigure#OUT_OF_ORDER}} */
    public long outOfOrder() {
        return get(TcpFigure.OUT_OF_ORDER);
    }

    /** {@return {@link TcpFigure#WINDOW_PROBES}} */
    public long windowProbes() {
        return get(TcpFigure.WINDOW_PROBES);
    }

    /** {@return {@link TcpFigure#KEEP_ALIVES}} */
    public long keepAlives() {
        return get(TcpFigure.KEEP_ALIVES);
    }

    /** {@return {@link TcpFigure#ACKS_IMMEDIATE}} */
    public long acksImmediate() {
        return get(TcpFigure.ACKS_IMMEDIATE);
    }

    /** {@return {@link TcpFigure#ACKS_DELAYED}} */
    public long acksDelayed() {
        return get(TcpFigure.ACKS_DELAYED);
    }

    /** {@return {@link TcpFigure#ACKS_OUT_OF_ORDER}} */
    public long acksOutOfOrder() {
        return get(TcpFigure.ACKS_OUT_OF_ORDER);
    }

    /** {@return {@link TcpFigure#ACKS_DUPLICATE}} */
    public long acksDuplicate() {
        return get(TcpFigure.ACKS_DUPLICATE);
    }

    /** {@return {@link TcpFigure#ACKS_WINDOW_UPDATE}} */
    public long acksWindowUpdate() {
        return get(TcpFigure.ACKS_WINDOW_UPDATE);
    }

    /** {@return {@link TcpFigure#ACKS_CHALLENGE}} */
    public long acksChallenge() {
        return get(TcpFigure.ACKS_CHALLENGE);
    }

    /** {@return {@link TcpFigure#ACKS_ON_TEXT}} */
    public long acksOnText() {
        return get(TcpFigure.ACKS_ON_TEXT);
    }

    /** {@return {@link TcpFigure#BUSY}, in nanoseconds} */
    public long busy() {
        return get(TcpFigure.BUSY);
    }

    /** {@return {@link TcpFigure#APP_LIMITED}, in nanoseconds} */
    public long appLimited() {
        return get(TcpFigure.APP_LIMITED);
    }

    /** {@return {@link TcpFigure#RWND_LIMITED}, in nanoseconds} */
    public long rwndLimited() {
        return get(TcpFigure.RWND_LIMITED);
    }

    /** {@return {@link TcpFigure#CWND_LIMITED}, in nanoseconds} */
    public long cwndLimited() {
        return get(TcpFigure.CWND_LIMITED);
    }

    /** {@return {@link TcpFigure#PACING_LIMITED}, in nanoseconds} */
    public long pacingLimited() {
        return get(TcpFigure.PACING_LIMITED);
    }

    /** {@return {@link TcpFigure#SNDBUF_LIMITED}, in nanoseconds} */
    public long sndbufLimited() {
        return get(TcpFigure.SNDBUF_LIMITED);
    }

    /** {@return {@link TcpFigure#SMALL_LIMITED}, in nanoseconds} */
    public long smallLimited() {
        return get(TcpFigure.SMALL_LIMITED);
    }

    /** {@return {@link TcpFigure#UDP_LIMITED}, in nanoseconds} */
    public long udpLimited() {
        return get(TcpFigure.UDP_LIMITED);
    }

    /** {@return {@link TcpFigure#LISTENER_FAILURES}} */
    public long listenerFailures() {
        return get(TcpFigure.LISTENER_FAILURES);
    }
}
