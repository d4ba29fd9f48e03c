// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.ArrayList;
import java.util.List;

/** The control bits of the TCP header (RFC 9293 section 3.1), with the names that a reader knows. */
final class Flags {

    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;

    private static final int URG = 32;
    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    /** SYN comes before ACK, and ACK last: so the pairs are called everywhere. */
    private static final int[] ORDER = {SYN, FIN, RST, PSH, URG, 64, 128, ACK};

    private Flags() {}

    /** {@return for instance {@code SYN,ACK}} */
    static String text(int flags) {
        List<String> names = new ArrayList<>();
        for (int flag : ORDER) {
            if ((flags & flag) != 0) {
                names.add(NAMES[Integer.numberOfTrailingZeros(flag)]);
            }
        }
        return names.isEmpty() ? "none" : String.join(",", names);
    }
}
