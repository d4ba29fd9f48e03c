// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import picocli.CommandLine;

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

    /** Runs a command line; with {@code -J} it must keep to its schema. */
    public int run(String... args) {
        int before = out().length();
        int exit = Tou.run(console, args);
        String command = JsonSchemas.command(args);
        if (command != null) {
            out().substring(before).lines().forEach(line -> JsonSchemas.check(command, line));
        }
        return exit;
    }

    /** The whole command, which speaks here, so that a test can reach a part of it before it runs. */
    public CommandLine commandLine() {
        return Tou.commandLine(console);
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
