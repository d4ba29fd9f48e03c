// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

/**
 * Every number that {@link TcpInfo} has, with the name that {@code ss -ti} gives it, or one in its style, its unit, and what it
 * means.
 */
public enum TcpFigure {
    /** The text of a full segment that we send. */
    MSS("mss", Unit.BYTES, "The text of a full segment that we send."),
    /** The text of a full segment of the peer: what is expected, then what came. */
    RCV_MSS("rcvmss", Unit.BYTES, "The text of a full segment of the peer: what is expected, then what came."),
    /** The largest segment that we have told the peer to send, options counted. */
    ADV_MSS("advmss", Unit.BYTES, "The largest segment that we have told the peer to send, options counted."),
    /** The largest IP packet that we send. */
    PMTU("pmtu", Unit.BYTES, "The largest IP packet that we send."),
    /** How long an acknowledgment may take before the oldest segment is sent again, back-off included. */
    RTO(
            "rto",
            Unit.NANOSECONDS,
            "How long an acknowledgment may take before the oldest segment is sent again, back-off included."),
    /** How often that time was doubled since the last round trip was measured. */
    BACKOFF("backoff", Unit.COUNT, "How often that time was doubled since the last round trip was measured."),
    /** The smoothed round trip; 0 before the first measurement. */
    RTT("rtt", Unit.NANOSECONDS, "The smoothed round trip; 0 before the first measurement."),
    /** How much round trips vary. */
    RTT_VAR("rttvar", Unit.NANOSECONDS, "How much round trips vary."),
    /** The least round trip of the last five minutes. */
    MIN_RTT("minrtt", Unit.NANOSECONDS, "The least round trip of the last five minutes."),
    /** The round trip as the receiver sees it; 0 if that is not known. */
    RCV_RTT("rcv_rtt", Unit.NANOSECONDS, "The round trip as the receiver sees it; 0 if that is not known."),
    /** The longest time that we hold back an acknowledgment. */
    ATO("ato", Unit.NANOSECONDS, "The longest time that we hold back an acknowledgment."),
    /** The congestion window: how much the controller lets be on the path. */
    CWND("cwnd", Unit.BYTES, "The congestion window: how much the controller lets be on the path."),
    /** Below this the congestion window grows exponentially; without a value before the first loss. */
    SSTHRESH(
            "ssthresh",
            Unit.BYTES,
            "Below this the congestion window grows exponentially; without a value before the first loss."),
    /** How much the peer takes beyond what it has acknowledged. */
    SND_WND("snd_wnd", Unit.BYTES, "How much the peer takes beyond what it has acknowledged."),
    /** How much we take beyond what we have acknowledged. */
    RCV_WND("rcv_wnd", Unit.BYTES, "How much we take beyond what we have acknowledged."),
    /** How much written text the send buffer keeps. */
    SND_BUF("snd_buf", Unit.BYTES, "How much written text the send buffer keeps."),
    /** How much unread text the receive buffer keeps. */
    RCV_BUF("rcv_buf", Unit.BYTES, "How much unread text the receive buffer keeps."),
    /** How much came in order in the last round trip. */
    RCV_SPACE("rcv_space", Unit.BYTES, "How much came in order in the last round trip."),
    /** What is sent and not acknowledged. */
    UNACKED("unacked", Unit.BYTES, "What is sent and not acknowledged."),
    /** What of that is thought to be on the path. */
    IN_FLIGHT("in_flight", Unit.BYTES, "What of that is thought to be on the path."),
    /** What of that the peer has reported out of order. */
    SACKED("sacked", Unit.BYTES, "What of that the peer has reported out of order."),
    /** What of that is thought to be lost and waits to be sent again. */
    LOST("lost", Unit.BYTES, "What of that is thought to be lost and waits to be sent again."),
    /** Segments that were sent again and are on their way. */
    RETRANS_OUT("retrans_out", Unit.COUNT, "Segments that were sent again and are on their way."),
    /** What the application has written and was never sent. */
    NOT_SENT("notsent", Unit.BYTES, "What the application has written and was never sent."),
    /** What has come in order and the application has not read. */
    UNREAD("unread", Unit.BYTES, "What has come in order and the application has not read."),
    /** How long ago text was sent. */
    LAST_SND("lastsnd", Unit.NANOSECONDS, "How long ago text was sent."),
    /** How long ago text was received. */
    LAST_RCV("lastrcv", Unit.NANOSECONDS, "How long ago text was received."),
    /** How long ago anything acceptable was received. */
    LAST_ACK("lastack", Unit.NANOSECONDS, "How long ago anything acceptable was received."),
    /** How fast segments may leave; 0 if they are not paced. */
    PACING_RATE("pacing_rate", Unit.BYTES_PER_SECOND, "How fast segments may leave; 0 if they are not paced."),
    /** How fast the path has delivered lately; 0 before the first sample. */
    DELIVERY_RATE(
            "delivery_rate",
            Unit.BYTES_PER_SECOND,
            "How fast the path has delivered lately; 0 before the first sample."),
    /** Whether that rate is only what the application wanted: 1 if so. */
    DELIVERY_RATE_APP_LIMITED(
            "delivery_rate_app_limited", Unit.COUNT, "Whether that rate is only what the application wanted: 1 if so."),
    /** What the peer is known to have: acknowledged, or reported out of order; the FIN counts as one byte. */
    DELIVERED(
            "delivered",
            Unit.BYTES,
            "What the peer is known to have: acknowledged, or reported out of order; the FIN counts as one byte."),
    /** Text sent, repetitions included. */
    BYTES_SENT("bytes_sent", Unit.BYTES, "Text sent, repetitions included."),
    /** Text sent again. */
    BYTES_RETRANS("bytes_retrans", Unit.BYTES, "Text sent again."),
    /** Text that the peer has acknowledged; the FIN counts as one byte. */
    BYTES_ACKED("bytes_acked", Unit.BYTES, "Text that the peer has acknowledged; the FIN counts as one byte."),
    /** Text received in order. */
    BYTES_RECEIVED("bytes_received", Unit.BYTES, "Text received in order."),
    /** Segments sent, all kinds. */
    SEGS_OUT("segs_out", Unit.COUNT, "Segments sent, all kinds."),
    /** Segments received, all kinds. */
    SEGS_IN("segs_in", Unit.COUNT, "Segments received, all kinds."),
    /** Segments with text sent, repetitions included. */
    DATA_SEGS_OUT("data_segs_out", Unit.COUNT, "Segments with text sent, repetitions included."),
    /** Segments with text received. */
    DATA_SEGS_IN("data_segs_in", Unit.COUNT, "Segments with text received."),
    /** Segments sent again: text, SYNs and FINs; probes that repeat something included. */
    RETRANS("retrans", Unit.COUNT, "Segments sent again: text, SYNs and FINs; probes that repeat something included."),
    /** How often a segment was taken for lost. */
    LOSSES("losses", Unit.COUNT, "How often a segment was taken for lost."),
    /** Episodes of loss that acknowledgments have shown. */
    RECOVERIES("recoveries", Unit.COUNT, "Episodes of loss that acknowledgments have shown."),
    /** Tail loss probes (RFC 8985): sent where nothing shows a loss and acknowledgments are late. */
    LOSS_PROBES(
            "loss_probes",
            Unit.COUNT,
            "Tail loss probes (RFC 8985): sent where nothing shows a loss and acknowledgments are late."),
    /** Expiries of the retransmission timer. */
    TIMEOUTS("timeouts", Unit.COUNT, "Expiries of the retransmission timer."),
    /** Timeouts that proved to be needless, because the path was only slow. */
    SPURIOUS_TIMEOUTS(
            "spurious_timeouts", Unit.COUNT, "Timeouts that proved to be needless, because the path was only slow."),
    /** Reductions of the congestion window that were taken back, because there was no loss. */
    UNDOS("undos", Unit.COUNT, "Reductions of the congestion window that were taken back, because there was no loss."),
    /** Reports of the peer that something came twice (RFC 2883): a needless repetition or probe, or a copy of the path. */
    DSACK_DUPS(
            "dsack_dups",
            Unit.COUNT,
            "Reports of the peer that something came twice (RFC 2883): a needless repetition or probe, or a copy of the path."),
    /** Acknowledgments that have shown that the path changes the order. */
    REORD_SEEN("reord_seen", Unit.COUNT, "Acknowledgments that have shown that the path changes the order."),
    /** How long a segment that was overtaken may be late before it counts as lost. */
    REO_WND("reo_wnd", Unit.NANOSECONDS, "How long a segment that was overtaken may be late before it counts as lost."),
    /** Segments that came out of order. */
    OUT_OF_ORDER("rcv_ooopack", Unit.COUNT, "Segments that came out of order."),
    /** Probes of a closed window. */
    WINDOW_PROBES("window_probes", Unit.COUNT, "Probes of a closed window."),
    /** Probes of a silent peer. */
    KEEP_ALIVES("keep_alives", Unit.COUNT, "Probes of a silent peer."),
    /** Acknowledgments without text that left at once. */
    ACKS_IMMEDIATE("acks_immediate", Unit.COUNT, "Acknowledgments without text that left at once."),
    /** Acknowledgments without text that had waited for text to ride on. */
    ACKS_DELAYED("acks_delayed", Unit.COUNT, "Acknowledgments without text that had waited for text to ride on."),
    /** Acknowledgments that told of text out of order. */
    ACKS_OUT_OF_ORDER("acks_out_of_order", Unit.COUNT, "Acknowledgments that told of text out of order."),
    /** Acknowledgments of text that had been acknowledged before. */
    ACKS_DUPLICATE("acks_duplicate", Unit.COUNT, "Acknowledgments of text that had been acknowledged before."),
    /** Acknowledgments that told of room in the receive buffer. */
    ACKS_WINDOW_UPDATE("acks_window_update", Unit.COUNT, "Acknowledgments that told of room in the receive buffer."),
    /** Acknowledgments that answered what may have been forged (RFC 5961). */
    ACKS_CHALLENGE("acks_challenge", Unit.COUNT, "Acknowledgments that answered what may have been forged (RFC 5961)."),
    /** Acknowledgments of something new that rode on text. */
    ACKS_ON_TEXT("acks_on_text", Unit.COUNT, "Acknowledgments of something new that rode on text."),
    /** How long something waited to be sent or to be acknowledged. */
    BUSY("busy", Unit.NANOSECONDS, "How long something waited to be sent or to be acknowledged."),
    /** How long of that the application could have written more. */
    APP_LIMITED("app_limited", Unit.NANOSECONDS, "How long of that the application could have written more."),
    /** How long of that the peer's window was full. */
    RWND_LIMITED("rwnd_limited", Unit.NANOSECONDS, "How long of that the peer's window was full."),
    /** How long of that the congestion window was full. */
    CWND_LIMITED("cwnd_limited", Unit.NANOSECONDS, "How long of that the congestion window was full."),
    /** How long of that the next segment waited for its time. */
    PACING_LIMITED("pacing_limited", Unit.NANOSECONDS, "How long of that the next segment waited for its time."),
    /** How long of that the send buffer was full of what was not acknowledged. */
    SNDBUF_LIMITED(
            "sndbuf_limited",
            Unit.NANOSECONDS,
            "How long of that the send buffer was full of what was not acknowledged."),
    /** How long of that less than a segment waited for company. */
    SMALL_LIMITED("small_limited", Unit.NANOSECONDS, "How long of that less than a segment waited for company."),
    /** How long of that the UDP channel took no more. */
    UDP_LIMITED("udp_limited", Unit.NANOSECONDS, "How long of that the UDP channel took no more."),
    /** What the connection's listener has thrown. */
    LISTENER_FAILURES("listener_failures", Unit.COUNT, "What the connection's listener has thrown.");

    /** What a number counts. */
    public enum Unit {
        /** Bytes of text, unless the sentence says otherwise. */
        BYTES,
        /** Bytes of text per second. */
        BYTES_PER_SECOND,
        /** Nanoseconds. */
        NANOSECONDS,
        /** Things, such as segments. */
        COUNT
    }

    private final String label;
    private final Unit unit;
    private final String explanation;

    TcpFigure(String label, Unit unit, String explanation) {
        this.label = label;
        this.unit = unit;
        this.explanation = explanation;
    }

    /** {@return the name, as in the output of {@code ss -ti}} */
    public String label() {
        return label;
    }

    /** {@return the unit} */
    public Unit unit() {
        return unit;
    }

    /** {@return what it means, in a sentence} */
    public String explanation() {
        return explanation;
    }
}
