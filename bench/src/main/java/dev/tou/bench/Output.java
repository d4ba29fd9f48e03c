// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Standard output that remembers whether all could be written, because a {@link java.io.PrintStream} swallows that.
 *
 * <p>A pipe whose reader has gone is no failure: whoever read it has seen enough. It is told at once, so that a command without
 * an end finds one. Safe for use by several threads.
 */
final class Output extends OutputStream {

    private static final Path WHERE = Path.of("/proc/self/fd/1");

    private final OutputStream out;
    private volatile IOException failure;
    private volatile boolean closed;
    private volatile Runnable onClosed = () -> {};

    Output(OutputStream out) {
        this.out = out;
    }

    /** Has {@code action} run once when the reader has gone, in the thread that wrote, with whatever locks it holds. */
    void onClosed(Runnable action) {
        onClosed = action;
    }

    /** {@return whether the reader has gone} */
    boolean isClosed() {
        return closed;
    }

    /** {@return why something was not written, unless all was, or nobody reads it} */
    Optional<Failure> failure() {
        IOException cause = failure;
        if (cause == null || closed) {
            return Optional.empty();
        }
        String text = text(cause);
        boolean full = text.contains("no space left") || text.contains("quota") || text.contains("not enough space");
        return Optional.of(
                full
                        ? new Failure(
                                ExitCode.DISK_FULL,
                                "The disk is full, so what was to be said on standard output is not complete; make room"
                                        + " where that goes, and run it again.",
                                cause)
                        : new Failure(
                                ExitCode.UNWRITABLE,
                                "What was to be said on standard output could not be written (" + cause.getMessage()
                                        + "); see where that goes, and run it again.",
                                cause));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failed(e);
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            failed(e);
            throw e;
        }
    }

    private void failed(IOException e) {
        synchronized (this) {
            if (failure != null) {
                return;
            }
            closed = isPipe(e);
            failure = e;
        }
        if (closed) {
            onClosed.run();
        }
    }

    /** A pipe fails for no other reason; what the system says of it may be in another language. */
    private boolean isPipe(IOException e) {
        if (text(e).contains("pipe")) {
            return true;
        }
        try {
            boolean ours = out instanceof FileOutputStream;
            return ours && Files.readSymbolicLink(WHERE).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static String text(IOException e) {
        return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    }
}
