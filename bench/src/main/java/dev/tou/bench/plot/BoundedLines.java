// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The lines of a stream, each up to a limit, so that a file without line ends cannot fill the memory.
 *
 * <p>Whether the last line was ended is told apart: a process that is killed leaves half a line.
 */
final class BoundedLines {

    /** Much longer than any line of a trace. */
    static final int LONGEST = 64 * 1024;

    private final InputStream in;
    private final byte[] block = new byte[64 * 1024];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int position;
    private int limit;
    private boolean tooLong;
    private boolean ended = true;

    BoundedLines(InputStream in) {
        this.in = in;
    }

    /** {@return the next line without its end, null if there are no more; one that is too long is cut} */
    String next() throws IOException {
        line.reset();
        tooLong = false;
        boolean any = false;
        while (position < limit || fill()) {
            any = true;
            int begin = position;
            while (position < limit && block[position] != '\n') {
                position++;
            }
            keep(begin, position - begin);
            if (position < limit) {
                position++;
                ended = true;
                return text();
            }
        }
        ended = !any;
        return any ? text() : null;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = in.read(block);
        return limit > 0;
    }

    private void keep(int begin, int length) {
        int room = LONGEST - line.size();
        tooLong |= length > room;
        line.write(block, begin, Math.min(length, room));
    }

    private String text() {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** {@return whether the last line that was returned was longer than {@link #LONGEST}} */
    boolean wasTooLong() {
        return tooLong;
    }

    /** {@return whether the last line that was returned had its end} */
    boolean wasEnded() {
        return ended;
    }
}
