// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.telemetry.AckKind;

/** What a connection has done, counted. Plain fields: written on the event loop only, read there or approximately. */
public final class ConnectionCounters {
    /** Segments of the wire that were sent, all kinds. */
    public long segmentsSent;
    /** Segments of the wire that were received, all kinds. */
    public long segmentsReceived;
    /** Segments of the wire with text that were sent, repetitions included. */
    public long textSegmentsSent;
    /** Segments of the wire with text that were received. */
    public long textSegmentsReceived;
    /** Bytes of text that were sent, repetitions included. */
    public long bytesSent;
    /** Bytes of text that were sent again. */
    public long bytesRetransmitted;
    /** Segments that were sent again. */
    public long retransmissions;
    /** Expiries of the retransmission timer. */
    public long timeouts;
    /** Episodes of loss that duplicate acknowledgments or SACK revealed. */
    public long recoveries;
    /** Episodes of loss that proved to be none, and were taken back. */
    public long undone;
    /** Tail loss probes (RFC 8985). */
    public long lossProbes;
    /** Reports of the peer that something came twice (RFC 2883). */
    public long duplicatesReported;
    /** Bytes of text that the peer has acknowledged. */
    public long bytesAcknowledged;
    /** Bytes of text that came in order. */
    public long bytesReceived;
    /** Segments that came out of order. */
    public long outOfOrder;
    /** Acknowledgments without text, by the ordinal of their {@link AckKind}. */
    public final long[] acknowledgments = new long[AckKind.values().length];
    /** Trains of text, and FINs, that carried an acknowledgment of something new. */
    public long piggybackedAcknowledgments;
    /** Probes of a closed window. */
    public long windowProbes;
    /** Probes of the path MTU. */
    public long pathMtuProbes;
    /** Those of them that were lost. */
    public long pathMtuProbesLost;
    /** Probes of an idle connection. */
    public long keepAlives;
    /** Acknowledgments that only reminded a NAT of the connection. */
    public long natKeepAlives;
}
