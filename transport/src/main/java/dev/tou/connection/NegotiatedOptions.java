// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.Encapsulation;
import dev.tou.segment.SegmentEncoder;
import dev.tou.segment.SegmentOptions;
import dev.tou.window.AdvertisedWindow;
import dev.tou.window.ReceiveAutotuning;

/**
 * What the two SYNs have agreed on: an option is in force when both carried it (RFC 9293 section 3.2, RFC 7323 sections 1.3
 * and 2.2, RFC 2018 section 2).
 *
 * <p>RFC 9293: MUST-14, SHLD-5.
 */
public final class NegotiatedOptions {

    /** What a peer accepts that says nothing (RFC 9293 section 3.7.1, MUST-15), IPv4 and IPv6. */
    private static final int DEFAULT_MSS = 536;

    private static final int DEFAULT_MSS_IPV6 = 1220;

    /**
     * Segments are never made smaller than this because of what a peer announces (CVE-2019-11479): every host takes IP packets
     * of 576 bytes (RFC 1122 section 3.3.2), so an honest one has no reason to ask for less.
     */
    private static final int MIN_MSS = DEFAULT_MSS;

    /** The longest delay of an acknowledgment between our own ends, and for a lone segment with PSH. */
    private static final int OWN_ACK_DELAY_MILLIS = 25;

    private static final int OWN_PUSH_ACK_DELAY_MILLIS = 8;

    private boolean ipv6;
    private int interfaceMtu;
    private ConnectionOptions own;

    // What our SYN says, read once: the application may change its options while the SYN is on its way.
    private int ownScale;
    private boolean offersScaling;
    private boolean offersTimestamps;
    private boolean offersSack;
    private int toldAckDelayMillis;
    private int toldPushAckDelayMillis;

    private int peerMss;
    private boolean mssOffered;
    private int peerScale;
    private boolean scaling;
    private boolean timestamps;
    private boolean sack;
    private boolean ownPeer;
    private int peerAckDelayMillis;
    private int peerPushAckDelayMillis;

    /** To be used after {@link #begin}. */
    public NegotiatedOptions() {}

    /**
     * Nothing is agreed yet.
     *
     * @param interfaceMtu the largest IP packet that our interface carries, in bytes
     */
    public NegotiatedOptions(ConnectionOptions own, boolean ipv6, int interfaceMtu) {
        begin(own, ipv6, interfaceMtu);
    }

    /**
     * Forgets what was agreed on; the next handshake follows.
     *
     * @param interfaceMtu the largest IP packet that our interface carries, in bytes
     */
    public void begin(ConnectionOptions own, boolean ipv6, int interfaceMtu) {
        this.own = own;
        this.ipv6 = ipv6;
        this.interfaceMtu = interfaceMtu;
        int largestWindow =
                own.receiveBufferBytes() > 0 ? own.receiveBufferBytes() : ReceiveAutotuning.DEFAULT_MAX_BYTES;
        ownScale = AdvertisedWindow.scaleFor(largestWindow);
        offersScaling = own.windowScaling();
        offersTimestamps = own.timestamps();
        offersSack = own.sack();
        toldAckDelayMillis = Math.min(own.delayedAckMillis(), OWN_ACK_DELAY_MILLIS);
        toldPushAckDelayMillis = Math.min(own.delayedAckMillis(), OWN_PUSH_ACK_DELAY_MILLIS);
        peerMss = ipv6 ? DEFAULT_MSS_IPV6 : DEFAULT_MSS;
        mssOffered = false;
        peerScale = 0;
        scaling = false;
        timestamps = false;
        sack = false;
        ownPeer = false;
        peerAckDelayMillis = 0;
        peerPushAckDelayMillis = 0;
    }

    /** Puts what we offer on our SYN. */
    public void offer(SegmentOptions options, int timestampValue) {
        options.mss(announcedMss());
        if (offersSack) {
            options.sackPermitted();
        }
        if (offersTimestamps) {
            options.timestamps(timestampValue, 0);
        }
        if (offersScaling) {
            options.windowScale(ownScale);
        }
        options.ackDelay(toldAckDelayMillis, toldPushAckDelayMillis);
    }

    /** Puts on our SYN-ACK what the peer has offered and we accept: no option that its SYN did not have. */
    public void answer(SegmentOptions options, int timestampValue, int timestampEcho) {
        if (mssOffered) {
            options.mss(announcedMss());
        }
        if (sack) {
            options.sackPermitted();
        }
        if (timestamps) {
            options.timestamps(timestampValue, timestampEcho);
        }
        if (scaling) {
            options.windowScale(ownScale);
        }
        if (ownPeer) {
            options.ackDelay(toldAckDelayMillis, toldPushAckDelayMillis);
        }
    }

    /** Takes the options of the peer's SYN or SYN-ACK. */
    public void accept(SegmentOptions peer) {
        mssOffered = peer.has(SegmentOptions.MSS);
        if (mssOffered) {
            peerMss = Math.max(MIN_MSS, peer.mss());
        }
        scaling = offersScaling && peer.has(SegmentOptions.WINDOW_SCALE);
        peerScale = scaling ? peer.windowScale() : 0;
        timestamps = offersTimestamps && peer.has(SegmentOptions.TIMESTAMPS);
        sack = offersSack && peer.has(SegmentOptions.SACK_PERMITTED);
        ownPeer = peer.has(SegmentOptions.ACK_DELAY);
        peerAckDelayMillis = ownPeer ? peer.ackDelayMillis() : 0;
        peerPushAckDelayMillis = ownPeer ? Math.min(peer.pushAckDelayMillis(), peerAckDelayMillis) : 0;
    }

    /** {@return the largest segment that we tell the peer to send, options counted} */
    int announcedMss() {
        int accepted = Math.max(own.pathMtu(), interfaceMtu);
        return Math.min(0xFFFF, Encapsulation.TCP_HEADER.mss(accepted, ipHeaderBytes()));
    }

    private int ipHeaderBytes() {
        return ipv6 ? 40 : 20;
    }

    /** {@return the shift of our own window fields: 0 unless both offered it} */
    public int scale() {
        return scaling ? ownScale : 0;
    }

    /** {@return the largest segment that the peer accepts, options counted, in bytes} */
    public int peerMss() {
        return peerMss;
    }

    /** {@return whether both have offered window scaling} */
    public boolean scaling() {
        return scaling;
    }

    /** {@return the shift of the peer's window fields} */
    public int peerScale() {
        return peerScale;
    }

    /** {@return whether every segment carries timestamps} */
    public boolean timestamps() {
        return timestamps;
    }

    /** {@return whether the peer understands SACK blocks and sends them} */
    public boolean sack() {
        return sack;
    }

    /** {@return whether the peer is one of ours} */
    public boolean ownPeer() {
        return ownPeer;
    }

    /** {@return the longest time that a peer of ours holds back an acknowledgment, in milliseconds, 0 to 255; 0 for others} */
    public int peerAckDelayMillis() {
        return peerAckDelayMillis;
    }

    /** {@return the same for a lone segment with PSH, which is never longer} */
    public int peerPushAckDelayMillis() {
        return peerPushAckDelayMillis;
    }

    /** {@return the longest time that we hold back an acknowledgment, in milliseconds; what a peer of ours was told, or less} */
    public int ackDelayMillis(boolean lonePush) {
        if (!ownPeer) {
            return own.delayedAckMillis();
        }
        return Math.min(own.delayedAckMillis(), lonePush ? toldPushAckDelayMillis : toldAckDelayMillis);
    }

    /** {@return the header of a data segment, in bytes} */
    public int headerBytes() {
        return SegmentEncoder.HEADER_BYTES + (timestamps ? SegmentEncoder.TIMESTAMPS_BYTES : 0);
    }

    /**
     * {@return the text of a full segment, in bytes: the smaller of what the peer accepts and what the path carries, less the
     * options that every segment has (RFC 9293 section 3.7.1, MUST-16)}
     */
    public int segmentTextBytes() {
        return segmentTextBytes(own.pathMtu());
    }

    /** {@return the same for a path that carries IP packets of {@code pathMtu} bytes} */
    public int segmentTextBytes(int pathMtu) {
        int path = Encapsulation.TCP_HEADER.mss(pathMtu, ipHeaderBytes());
        return Math.min(peerMss, path) - (headerBytes() - SegmentEncoder.HEADER_BYTES);
    }

    /** {@return the IP packet that a segment with {@code textBytes} makes, in bytes} */
    public int packetBytes(int textBytes) {
        return ipHeaderBytes() + Encapsulation.TCP_HEADER.overheadBytes() + headerBytes() + textBytes;
    }

    /** {@return the largest IP packet that our interface carries and the peer takes, in bytes} */
    public int largestPacketBytes() {
        return Math.min(interfaceMtu, packetBytes(segmentTextBytes(interfaceMtu)));
    }
}
