// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment as it was on the wire, read without any help of the engine (RFC 9293 section 3.1). Stricter than a receiver may
 * be: what a sender must not send fails the test.
 */
final class WireSegment {

    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int URG = 32;

    private static final int OWN_EXPERIMENT = 0x746F;

    final int sourcePort;
    final int destinationPort;
    final int seq;
    final int ack;
    final int flags;
    final int window;
    final int headerBytes;
    final byte[] payload;
    /** The names of the options in the order of the wire, without padding. */
    final List<String> options = new ArrayList<>();

    Integer mss;
    Integer wscale;
    Integer tsVal;
    Integer tsEcr;
    List<Integer> sack = List.of();

    WireSegment(byte[] datagram) {
        ByteBuffer in = ByteBuffer.wrap(datagram);
        check(datagram.length >= 20, "shorter than a header: " + datagram.length);
        sourcePort = Short.toUnsignedInt(in.getShort());
        destinationPort = Short.toUnsignedInt(in.getShort());
        seq = in.getInt();
        ack = in.getInt();
        int offset = Byte.toUnsignedInt(in.get());
        headerBytes = (offset >> 4) * 4;
        flags = Byte.toUnsignedInt(in.get());
        window = Short.toUnsignedInt(in.getShort());
        check(in.getShort() == 0, "a checksum that nobody asked for");
        check(in.getShort() == 0, "an urgent pointer");
        check((offset & 15) == 0, "reserved bits");
        check(headerBytes >= 20 && headerBytes <= datagram.length, "data offset " + headerBytes);
        check(has(ACK) || ack == 0, "an acknowledgment number without ACK");
        in.limit(headerBytes);
        while (in.hasRemaining()) {
            option(in);
        }
        payload = new byte[datagram.length - headerBytes];
        System.arraycopy(datagram, headerBytes, payload, 0, payload.length);
    }

    private void option(ByteBuffer in) {
        int kind = Byte.toUnsignedInt(in.get());
        if (kind == 1) {
            return;
        }
        if (kind == 0) {
            while (in.hasRemaining()) {
                check(in.get() == 0, "something behind the end of the options");
            }
            return;
        }
        int length = Byte.toUnsignedInt(in.get());
        check(length >= 2 && length - 2 <= in.remaining(), "option " + kind + " of length " + length);
        int next = in.position() + length - 2;
        switch (kind) {
            case 2 -> {
                check(length == 4, "MSS of length " + length);
                mss = Short.toUnsignedInt(in.getShort());
                options.add("mss");
            }
            case 3 -> {
                check(length == 3, "window scale of length " + length);
                wscale = Byte.toUnsignedInt(in.get());
                options.add("wscale");
            }
            case 4 -> {
                check(length == 2, "SACK-permitted of length " + length);
                options.add("sackOk");
            }
            case 5 -> {
                check(length >= 10 && length % 8 == 2, "SACK of length " + length);
                sack = new ArrayList<>();
                while (in.position() < next) {
                    sack.add(in.getInt());
                }
                options.add("sack");
            }
            case 8 -> {
                check(length == 10, "timestamps of length " + length);
                tsVal = in.getInt();
                tsEcr = in.getInt();
                options.add("ts");
            }
            case 253 -> {
                check(length == 6 && in.getShort(in.position()) == OWN_EXPERIMENT, "an experiment not ours");
                options.add("ackDelay");
            }
            default -> throw new AssertionError("malformed segment: option " + kind);
        }
        in.position(next);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("malformed segment: " + what);
        }
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return the sequence number behind the segment} */
    int end() {
        return seq + payload.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    static String flagNames(int flags) {
        StringBuilder names = new StringBuilder();
        String[] all = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
        for (int i = 0; i < all.length; i++) {
            if ((flags >> i & 1) != 0) {
                names.append(names.isEmpty() ? "" : ",").append(all[i]);
            }
        }
        return names.isEmpty() ? "none" : names.toString();
    }

    static String text(byte[] payload) {
        if (payload.length == 0) {
            return "";
        }
        String text = new String(payload, StandardCharsets.ISO_8859_1);
        String shown = text.length() > 12 ? text.substring(0, 10) + ".." : text;
        return " len " + payload.length + " '" + shown.replaceAll("[^ -~]", "?") + '\'';
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder()
                .append(flagNames(flags))
                .append(" seq ")
                .append(seq)
                .append(has(ACK) ? " ack " + ack : "")
                .append(" win ")
                .append(window)
                .append(text(payload));
        for (String option : options) {
            line.append(' ').append(describe(option));
        }
        return line.toString();
    }

    private String describe(String option) {
        return switch (option) {
            case "mss" -> "mss " + mss;
            case "wscale" -> "wscale " + wscale;
            case "ts" -> "ts " + tsVal + '/' + tsEcr;
            case "sack" -> "sack " + sack;
            default -> option;
        };
    }
}
