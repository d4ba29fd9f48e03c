// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A console whose output a test can read; runs command lines in this process. */
public final class CapturedConsole {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console;

    public CapturedConsole() {
        this(0);
    }

    /** One of a terminal of this width. */
    public CapturedConsole(int columns) {
        console = new Console(out, err, false, false, true, columns);
    }

    public int run(String... args) {
        return Tou.run(console, args);
    }

    public Console console() {
        return console;
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
