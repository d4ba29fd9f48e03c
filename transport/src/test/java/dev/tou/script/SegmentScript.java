// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A line of a script: a segment that the peer sends, or what it expects to see. What a line does not say, the peer fills in
 * when it sends (the next sequence number, what it has seen, a window of 65535, timestamps once it has offered them), and does
 * not look at when it expects.
 */
final class SegmentScript {

    final int flags;
    Integer seq;
    Integer ack;
    Integer window;
    Integer urgent;
    Boolean push;
    Integer mss;
    Integer wscale;
    boolean sackOk;
    boolean ackDelay;
    Integer tsVal;
    Integer tsEcr;
    boolean noTs;
    List<Integer> sack;
    List<String> exactOptions;
    byte[] rawOptions = {};
    byte[] payload;
    int length;
    Integer sourcePort;
    Integer destinationPort;

    SegmentScript(int flags) {
        this.flags = flags;
    }

    // --- what a line says ---

    SegmentScript seq(int number) {
        seq = number;
        return this;
    }

    SegmentScript ack(int number) {
        ack = number;
        return this;
    }

    /** The window field, not scaled. */
    SegmentScript win(int field) {
        window = field;
        return this;
    }

    SegmentScript text(String text) {
        payload = text.getBytes(StandardCharsets.ISO_8859_1);
        length = payload.length;
        return this;
    }

    /** So many bytes of the pattern. */
    SegmentScript bytes(int count) {
        length = count;
        return this;
    }

    SegmentScript psh() {
        push = true;
        return this;
    }

    SegmentScript noPsh() {
        push = false;
        return this;
    }

    SegmentScript urg(int pointer) {
        urgent = pointer;
        return this;
    }

    SegmentScript mss(int bytes) {
        mss = bytes;
        return this;
    }

    SegmentScript wscale(int shift) {
        wscale = shift;
        return this;
    }

    SegmentScript sackOk() {
        sackOk = true;
        return this;
    }

    /** Our own experimental option (RFC 6994). */
    SegmentScript ackDelay() {
        ackDelay = true;
        return this;
    }

    SegmentScript ts(int value, int echo) {
        tsVal = value;
        tsEcr = echo;
        return this;
    }

    /** Expects this echo, and any value. */
    SegmentScript tsEcho(int echo) {
        tsEcr = echo;
        return this;
    }

    SegmentScript noTs() {
        noTs = true;
        return this;
    }

    /** SACK blocks: left and right edges in turn. */
    SegmentScript sack(Integer... edges) {
        sack = List.of(edges);
        return this;
    }

    /** Expects exactly these options, by name and in any order. */
    SegmentScript options(String... names) {
        exactOptions = List.of(names);
        return this;
    }

    /** Sends these bytes as options, padded with zeros to whole words. */
    SegmentScript rawOptions(int... bytes) {
        rawOptions = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            rawOptions[i] = (byte) bytes[i];
        }
        return this;
    }

    SegmentScript to(int port) {
        destinationPort = port;
        return this;
    }

    SegmentScript from(int port) {
        sourcePort = port;
        return this;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return the byte of the pattern at an offset of the stream} */
    static byte pattern(int offset) {
        return (byte) (offset * 7 + (offset >>> 8) * 13);
    }

    static byte[] pattern(int offset, int bytes) {
        byte[] pattern = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            pattern[i] = pattern(offset + i);
        }
        return pattern;
    }

    // --- sending ---

    /** {@return the bytes, when everything has been filled in; the text is at {@code streamOffset} of the pattern} */
    byte[] encode(int streamOffset) {
        byte[] text = payload != null ? payload : pattern(streamOffset, length);
        byte[] option = encodeOptions();
        int header = 20 + option.length;
        ByteBuffer out = ByteBuffer.allocate(header + text.length);
        out.putShort(sourcePort.shortValue()).putShort(destinationPort.shortValue());
        out.putInt(seq).putInt(ack == null ? 0 : ack);
        out.put((byte) (header / 4 << 4));
        int bits = flags | (Boolean.TRUE.equals(push) ? WireSegment.PSH : 0) | (urgent == null ? 0 : WireSegment.URG);
        out.put((byte) bits).putShort(window.shortValue());
        out.putShort((short) 0).putShort(urgent == null ? 0 : urgent.shortValue());
        return out.put(option).put(text).array();
    }

    private byte[] encodeOptions() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (mss != null) {
            out.writeBytes(new byte[] {2, 4, (byte) (mss >> 8), mss.byteValue()});
        }
        if (sackOk) {
            out.writeBytes(new byte[] {4, 2});
        }
        if (tsVal != null && !noTs) {
            out.writeBytes(ByteBuffer.allocate(10)
                    .put((byte) 8)
                    .put((byte) 10)
                    .putInt(tsVal)
                    .putInt(tsEcr)
                    .array());
        }
        if (wscale != null) {
            out.writeBytes(new byte[] {3, 3, wscale.byteValue()});
        }
        if (ackDelay) {
            // Padded as our own ends do, so that the answer may have it.
            out.writeBytes(new byte[] {(byte) 253, 6, 0x74, 0x6F, 25, 8, 1, 1});
        }
        if (sack != null) {
            ByteBuffer blocks = ByteBuffer.allocate(2 + 4 * sack.size());
            blocks.put((byte) 5).put((byte) (2 + 4 * sack.size()));
            sack.forEach(blocks::putInt);
            out.writeBytes(blocks.array());
        }
        out.writeBytes(rawOptions);
        while (out.size() % 4 != 0) {
            out.write(0);
        }
        return out.toByteArray();
    }

    /** {@return the bytes of this line as the peer would send it now} */
    byte[] bytesFor(ScriptedPeer peer) {
        return peer.complete(this);
    }

    int sequenceLength() {
        return length + (has(WireSegment.SYN) ? 1 : 0) + (has(WireSegment.FIN) ? 1 : 0);
    }

    // --- expecting ---

    /** {@return how the segment differs from this line, empty if it does not} */
    List<String> differences(WireSegment seen, int streamOffset) {
        List<String> wrong = new ArrayList<>();
        int ignored = WireSegment.PSH;
        differ(wrong, "flags", WireSegment.flagNames(flags), WireSegment.flagNames(seen.flags & ~ignored));
        differ(wrong, "push", push, seen.has(WireSegment.PSH));
        differ(wrong, "seq", seq, seen.seq);
        differ(wrong, "ack", ack, seen.ack);
        differ(wrong, "win", window, seen.window);
        differ(wrong, "len", length, seen.payload.length);
        byte[] text = payload != null ? payload : pattern(streamOffset, length);
        if (seen.payload.length == length && !Arrays.equals(text, seen.payload)) {
            wrong.add("text:" + WireSegment.text(text) + ", not" + WireSegment.text(seen.payload));
        }
        differ(wrong, "mss", mss, seen.mss);
        differ(wrong, "wscale", wscale, seen.wscale);
        differ(wrong, "TSval", tsVal, seen.tsVal);
        differ(wrong, "TSecr", tsEcr, seen.tsEcr);
        differ(wrong, "sack", sack, seen.sack);
        differ(wrong, "source port", sourcePort, seen.sourcePort);
        differ(wrong, "destination port", destinationPort, seen.destinationPort);
        if (exactOptions != null) {
            differ(
                    wrong,
                    "options",
                    exactOptions.stream().sorted().toList(),
                    seen.options.stream().sorted().toList());
        }
        if (noTs && seen.tsVal != null) {
            wrong.add("no timestamps");
        }
        return wrong;
    }

    private static void differ(List<String> wrong, String what, Object expected, Object seen) {
        if (expected != null && !expected.equals(seen)) {
            wrong.add(what + " " + expected + ", not " + seen);
        }
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(WireSegment.flagNames(flags));
        append(line, "seq", seq);
        append(line, "ack", ack);
        append(line, "win", window);
        append(line, "push", push);
        append(line, "len", length == 0 ? null : length);
        append(line, "mss", mss);
        append(line, "wscale", wscale);
        append(line, "tsVal", tsVal);
        append(line, "tsEcr", tsEcr);
        append(line, "sack", sack);
        append(line, "options", exactOptions);
        return line.toString();
    }

    private static void append(StringBuilder line, String what, Object value) {
        if (value != null) {
            line.append(' ').append(what).append(' ').append(value);
        }
    }
}
