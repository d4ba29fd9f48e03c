// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * What a command says, and how: results on standard output, progress and errors on standard error.
 *
 * <p>A terminal gets colour (unless NO_COLOR is set) and one line that is redrawn; a pipe or a file gets plain lines. Safe
 * for use by several threads. After {@link #lastWord} it stays silent, so that a command that is being interrupted does
 * not also report what the interruption did to it.
 */
public final class Console {

    private static final String CLEAR_LINE = "\r\033[K";

    /** A line that is longer than the terminal is cut, because a wrapped one could not be redrawn. */
    private static final String NO_WRAP = "\033[?7l";

    private static final String CLEAR_SCREEN = "\033[H\033[2J";
    private static final String TOP = "\033[H";
    private static final String CLEAR_REST = "\033[K\n";
    private static final String CLEAR_BELOW = "\033[J";

    private static final String WRAP = "\033[?7h";

    private final Output output;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private final boolean unicode;
    private final int columns;
    private volatile boolean colour;
    private boolean screen;
    private int rows;
    private boolean redrawn;
    private boolean progressShown;
    private volatile boolean silent;

    /**
     * @param live whether standard error is a terminal, where a line can be redrawn
     * @param colour whether to use colours
     * @param unicode whether more than ASCII can be shown
     */
    public Console(OutputStream out, OutputStream err, boolean live, boolean colour, boolean unicode) {
        this(out, err, live, colour, unicode, 0);
    }

    /**
     * @param live whether standard error is a terminal, where a line can be redrawn
     * @param colour whether to use colours
     * @param unicode whether more than ASCII can be shown
     * @param columns how wide the terminal is, 0 where there is none
     */
    public Console(OutputStream out, OutputStream err, boolean live, boolean colour, boolean unicode, int columns) {
        Charset charset = unicode ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
        output = new Output(out);
        output.onClosed(this::fallSilent);
        this.out = new PrintStream(output, true, charset);
        this.err = new PrintStream(err, true, charset);
        this.live = live;
        this.colour = colour;
        this.unicode = unicode;
        this.columns = columns;
    }

    /** {@return the console of this process} */
    public static Console system() {
        boolean outTerminal = isTerminal("out");
        boolean errTerminal = isTerminal("err");
        String noColour = System.getenv("NO_COLOR");
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        Console console = new Console(
                new FileOutputStream(FileDescriptor.out), // System.out would keep to itself what cannot be written
                System.err,
                errTerminal && !dumb,
                outTerminal && errTerminal && !dumb && (noColour == null || noColour.isEmpty()),
                localeIsUtf8(),
                Math.max(0, Integer.getInteger("tou.columns", 0)));
        console.screen = outTerminal && !dumb;
        console.rows = Math.max(0, Integer.getInteger("tou.rows", 0));
        return console;
    }

    /** The launcher tells which streams are terminals; Java alone knows only about all of them together. */
    private static boolean isTerminal(String stream) {
        String told = System.getProperty("tou.terminals");
        if (told != null) {
            return told.contains(stream);
        }
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // since JDK 22 there is a console without a terminal, and a method to ask
            return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Where the locale has but ASCII, the launcher gives Java another, for the names of files, and tells which it was. */
    private static boolean localeIsUtf8() {
        String told = System.getProperty("tou.locale");
        if (told != null) {
            return isUtf8(told);
        }
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = System.getenv(name);
            if (value != null && !value.isEmpty()) {
                return isUtf8(value);
            }
        }
        return false;
    }

    private static boolean isUtf8(String locale) {
        String lower = locale.toLowerCase(Locale.ROOT);
        return lower.contains("utf-8") || lower.contains("utf8");
    }

    /** {@return a console like this one, whose words nobody gets} */
    public Console unheard() {
        return new Console(
                OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false, colour, unicode, columns);
    }

    /** Has {@code action} run when what reads standard output has gone, in whichever thread; nothing is said any more then. */
    void onClosedOutput(Runnable action) {
        output.onClosed(() -> {
            fallSilent();
            action.run();
        });
    }

    // Without a lock, because it may come out of a stream that another thread waits for while it has ours.
    private void fallSilent() {
        silent = true;
    }

    /** {@return standard output, which knows whether all was written} */
    Output output() {
        return output;
    }

    /** Prints a result. */
    public synchronized void say(String line) {
        if (!silent) {
            clearProgress();
            out.println(line);
        }
    }

    /**
     * Prints lines that belong together: on a terminal in the place of those before them, as many as there is room for; elsewhere
     * one block after the other.
     */
    public synchronized void redraw(List<String> lines) {
        if (silent) {
            return;
        }
        if (!screen) {
            lines.forEach(out::println);
            out.println();
            return;
        }
        boolean tooMany = rows > 1 && lines.size() >= rows;
        List<String> shown = tooMany ? lines.subList(0, rows - 2) : lines;
        StringBuilder text = new StringBuilder(redrawn ? TOP : CLEAR_SCREEN).append(NO_WRAP);
        shown.forEach(line -> text.append(line).append(CLEAR_REST));
        if (tooMany) {
            text.append(dim("... " + (lines.size() - shown.size()) + " more lines"))
                    .append(CLEAR_REST);
        }
        out.print(text.append(CLEAR_BELOW).append(WRAP));
        out.flush();
        redrawn = true;
    }

    /** Prints a remark that is no result. */
    public synchronized void note(String line) {
        if (!silent) {
            clearProgress();
            err.println(line);
        }
    }

    /** Prints the one sentence that says why a command failed. */
    public synchronized void error(String sentence) {
        note(style("31;1", "tou:") + " " + sentence);
    }

    /** Prints the sentence that ends an interrupted command; nothing is printed after it. */
    public synchronized void lastWord(String sentence) {
        if (!silent) {
            if (progressShown) {
                err.println();
                progressShown = false;
            }
            error(sentence);
            silent = true;
        }
    }

    /** Prints the stack trace that {@code --debug} asks for. */
    public synchronized void trace(Throwable cause) {
        if (!silent) {
            cause.printStackTrace(err);
        }
    }

    /** Redraws the progress line. Only on a terminal. */
    public synchronized void progress(String line) {
        if (live && !silent) {
            err.print(CLEAR_LINE + NO_WRAP + line + WRAP);
            err.flush();
            progressShown = true;
        }
    }

    /** Removes the progress line, if there is one. */
    public synchronized void clearProgress() {
        if (progressShown) {
            err.print(CLEAR_LINE);
            err.flush();
            progressShown = false;
        }
    }

    /** {@return whether progress can be redrawn in place} */
    public boolean isLive() {
        return live;
    }

    /** {@return whether colours are used} */
    public boolean hasColour() {
        return colour;
    }

    /** Uses colours from now on, or none, whatever the terminal and NO_COLOR say. */
    void useColour(boolean wanted) {
        colour = wanted;
    }

    /** {@return how wide the terminal is, 0 where there is none} */
    public int columns() {
        return columns;
    }

    /** {@return whether more than ASCII can be shown} */
    boolean isUnicode() {
        return unicode;
    }

    /** {@return {@code fancy} where more than ASCII can be shown, otherwise {@code plain}} */
    public String symbol(String fancy, String plain) {
        return unicode ? fancy : plain;
    }

    public String bold(String text) {
        return style("1", text);
    }

    public String dim(String text) {
        return style("2", text);
    }

    public String green(String text) {
        return style("32", text);
    }

    public String cyan(String text) {
        return style("36", text);
    }

    public String red(String text) {
        return style("31", text);
    }

    private String style(String code, String text) {
        return colour ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }
}
