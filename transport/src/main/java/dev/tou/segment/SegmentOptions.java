// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

/**
 * The options of one segment: maximum segment size and the end of list (RFC 9293 section 3.2), window scale and
 * timestamps (RFC 7323), selective acknowledgment (RFC 2018), and one experimental option (RFC 6994) that only our own
 * ends use.
 *
 * <p>A reused, mutable holder of primitives; an option that is not {@linkplain #has present} has no meaningful value.
 */
public final class SegmentOptions {

    /** Maximum segment size, on a SYN only. */
    public static final int MSS = 1;
    /** Window scale, on a SYN only. */
    public static final int WINDOW_SCALE = 1 << 1;
    /** SACK permitted, on a SYN only. */
    public static final int SACK_PERMITTED = 1 << 2;
    /** Blocks of text that arrived out of order, or twice (RFC 2883). */
    public static final int SACK = 1 << 3;
    /** Timestamp value and echo. */
    public static final int TIMESTAMPS = 1 << 4;
    /** How long our own end may hold back an acknowledgment, on a SYN only. */
    public static final int ACK_DELAY = 1 << 5;

    /** The most SACK blocks that fit beside nothing else (RFC 2018 section 3). */
    public static final int MAX_SACK_BLOCKS = 4;

    private final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];
    private int present;
    private int mss;
    private int windowScale;
    private int timestampValue;
    private int timestampEcho;
    private int sackBlocks;
    private int ackDelayMillis;
    private int pushAckDelayMillis;

    /** Forgets all options. */
    public void clear() {
        present = 0;
        sackBlocks = 0;
    }

    /** {@return whether the option, one of the constants of this class, is present} */
    public boolean has(int option) {
        return (present & option) != 0;
    }

    /** {@return the present options as a mask of this class's constants} */
    public int present() {
        return present;
    }

    /** Forgets an option, one of the constants of this class. */
    public void remove(int option) {
        present &= ~option;
    }

    /** {@return the maximum segment size that the sender of this segment accepts, in bytes} */
    public int mss() {
        return mss;
    }

    public void mss(int bytes) {
        present |= MSS;
        mss = bytes;
    }

    /** {@return the shift of the sender's window fields, 0 to 14} */
    public int windowScale() {
        return windowScale;
    }

    /** A shift above 14 counts as 14 (RFC 7323 section 2.3). */
    public void windowScale(int shift) {
        present |= WINDOW_SCALE;
        windowScale = Math.min(shift, 14);
    }

    public void sackPermitted() {
        present |= SACK_PERMITTED;
    }

    public int timestampValue() {
        return timestampValue;
    }

    public int timestampEcho() {
        return timestampEcho;
    }

    public void timestamps(int value, int echo) {
        present |= TIMESTAMPS;
        timestampValue = value;
        timestampEcho = echo;
    }

    /** {@return how many SACK blocks there are, 0 to 4} */
    public int sackBlocks() {
        return sackBlocks;
    }

    /** {@return the first sequence number of block {@code i}} */
    public int sackLeft(int i) {
        return sackEdges[2 * i];
    }

    /** {@return the sequence number just behind block {@code i}} */
    public int sackRight(int i) {
        return sackEdges[2 * i + 1];
    }

    /** Adds a block; beyond four it is ignored. */
    public void addSackBlock(int left, int right) {
        if (sackBlocks < MAX_SACK_BLOCKS) {
            present |= SACK;
            sackEdges[2 * sackBlocks] = left;
            sackEdges[2 * sackBlocks + 1] = right;
            sackBlocks++;
        }
    }

    /** {@return the longest time that the sender holds back an acknowledgment, in milliseconds, 0 to 255} */
    public int ackDelayMillis() {
        return ackDelayMillis;
    }

    /** {@return the same for a lone segment with PSH, in milliseconds, 0 to 255} */
    public int pushAckDelayMillis() {
        return pushAckDelayMillis;
    }

    public void ackDelay(int millis, int pushMillis) {
        present |= ACK_DELAY;
        ackDelayMillis = millis;
        pushAckDelayMillis = pushMillis;
    }

    /** {@return whether both carry nothing, or nothing but the same timestamps: what a merge of segments requires} */
    boolean mergeableWith(SegmentOptions other) {
        if (present == 0) {
            return other.present == 0;
        }
        return present == TIMESTAMPS
                && other.present == TIMESTAMPS
                && timestampValue == other.timestampValue
                && timestampEcho == other.timestampEcho;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("<");
        if (has(MSS)) {
            text.append("mss ").append(mss).append(',');
        }
        if (has(WINDOW_SCALE)) {
            text.append("wscale ").append(windowScale).append(',');
        }
        if (has(SACK_PERMITTED)) {
            text.append("sackOK,");
        }
        if (has(TIMESTAMPS)) {
            text.append("TS val ").append(Integer.toUnsignedString(timestampValue));
            text.append(" ecr ").append(Integer.toUnsignedString(timestampEcho)).append(',');
        }
        for (int i = 0; i < sackBlocks; i++) {
            text.append("sack ").append(SequenceNumber.toString(sackLeft(i))).append(':');
            text.append(SequenceNumber.toString(sackRight(i))).append(',');
        }
        if (has(ACK_DELAY)) {
            text.append("ackdelay ")
                    .append(ackDelayMillis)
                    .append('/')
                    .append(pushAckDelayMillis)
                    .append(',');
        }
        if (text.length() > 1) {
            text.setLength(text.length() - 1);
        }
        return text.append('>').toString();
    }
}
